// Which other nodes share the stores: those that have said so within the last seconds.
import { paint } from "./paint.js";

const gone = 5000;

export class NodesView {
  capacity = 32;
  #element;
  #seen = new Map();
  #draw = () => this.#repaint();

  constructor(element) {
    this.#element = element;
  }

  add({ data }) {
    const { node, at } = JSON.parse(data);
    this.#seen.set(node, at);
    for (const [name, last] of this.#seen) if (at - last > gone) this.#seen.delete(name);
    paint(this.#draw);
  }

  reset() {
    this.#seen.clear();
  }

  #repaint() {
    const others = [...this.#seen.keys()].filter(name => name !== this.#element.dataset.node).sort();
    this.#element.querySelector("[data-others]").textContent = others.length ? ` with ${others.join(", ")}` : "";
  }
}
