// A store of metrics on the page: its panel, and the tile that leads to it.
import { fill } from "./bind.js";
import { Chart } from "./chart.js";
import { paint } from "./paint.js";

export class MetricsView {
  #panel;
  #elements;
  #charts;
  #window;
  #history;
  #known = -Infinity;
  #draw = () => this.#repaint();

  constructor(panel) {
    this.#panel = panel;
    this.#elements = [panel, ...document.querySelectorAll(`.tile[href="#${panel.id}"]`)];
    this.#charts = [...panel.querySelectorAll("[data-chart]")].map(element => new Chart(element));
    const { window, gap } = panel.querySelector("[data-chart]").dataset;
    this.#window = Number(window);
    this.capacity = 3 * window / gap;
    this.#history = JSON.parse(panel.querySelector("[data-history]").textContent);
    paint(this.#draw);
  }

  add({ id, data }) {
    if (id) this.#panel.dataset.id = id;
    const value = JSON.parse(data);
    if (value.at <= this.#known) return;
    this.#known = -Infinity;
    this.#history.push(value);
    const first = this.#history.findIndex(kept => kept.at >= value.at - this.#window);
    if (first > 0) this.#history.splice(0, first);
    paint(this.#draw);
  }

  // All that the store still has comes again. What was received from the server's former life is still true: it stays, and the chart shows the gap.
  reset() {
    this.#known = this.#history.at(-1)?.at ?? -Infinity;
  }

  recolour() {
    for (const chart of this.#charts) chart.recolour();
  }

  #repaint() {
    const latest = this.#history.at(-1);
    if (!latest) return;
    for (const element of this.#elements) fill(element, latest);
    for (const chart of this.#charts) chart.draw(this.#history);
    this.#panel.querySelector("[data-last-id]").textContent = this.#panel.dataset.id;
  }
}
