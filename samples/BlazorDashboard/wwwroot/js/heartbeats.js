// One bar a message: live, come back after a gap, or missing, which is what should have come by now. HeartbeatRow.cs draws the first ones.
import { paint } from "./paint.js";

const most = 100;

export class Heartbeats {
  #rows = new Map();
  #away = 0;

  constructor(root) {
    for (const element of root.querySelectorAll("[data-beats]")) this.#rows.set(element.dataset.beats, new Row(element));
  }

  // The first message ends the wait: from here on bars come by themselves.
  receive(store) {
    clearInterval(this.#away);
    this.#rows.get(store)?.beat();
  }

  lost() {
    clearInterval(this.#away);
    this.#away = setInterval(() => this.#expect(), 200);
  }

  found() {
    clearInterval(this.#away);
    for (const row of this.#rows.values()) row.complete();
  }

  #expect() {
    if (document.hidden) return;
    for (const row of this.#rows.values()) row.expect();
  }
}

class Row {
  #element;
  #period;
  #bars;
  #missing = 0;
  #last = performance.now();
  #draw = () => this.#repaint();

  constructor(element) {
    this.#element = element;
    this.#period = Number(element.dataset.period);
    this.#bars = Array(element.querySelector("path.live").getAttribute("d").split("M").length - 1).fill("live");
  }

  beat() {
    this.#last = performance.now();
    this.#bars.push(this.#missing > 0 ? "back" : "live");
    if (this.#bars.length > most) this.#bars.shift();
    if (this.#missing > 0) this.#missing--;
    paint(this.#draw);
  }

  // Only grows: what has begun to come back has not been waited for since the last of it.
  expect() {
    this.#missing = Math.max(this.#missing, Math.min(most, Math.floor((performance.now() - this.#last) / this.#period)));
    paint(this.#draw);
  }

  complete() {
    this.#missing = 0;
    paint(this.#draw);
  }

  #repaint() {
    const bars = [...this.#bars, ...Array(this.#missing).fill("missing")].slice(-most);
    const paths = { live: "", back: "", missing: "" };
    bars.forEach((kind, index) => { paths[kind] += `M${4 * (most - bars.length + index) + 2} 0V16`; });
    for (const kind in paths) this.#element.querySelector(`path.${kind}`).setAttribute("d", paths[kind]);
  }
}
