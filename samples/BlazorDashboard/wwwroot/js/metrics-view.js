// A store of metrics on the page: its panel and every tile that shows a value of it.
import { fill } from "./bind.js";
import { Chart } from "./chart.js";
import { paint } from "./paint.js";

export class MetricsView {
  #panel;
  #elements;
  #charts;
  #window;
  #history;
  #draw = () => this.#repaint();

  constructor(panel) {
    this.#panel = panel;
    this.#elements = document.querySelectorAll(`[data-store="${panel.dataset.store}"]`);
    this.#charts = [...panel.querySelectorAll("[data-chart]")].map(element => new Chart(element));
    this.#window = Number(panel.querySelector("[data-chart]").dataset.window);
    this.#history = JSON.parse(panel.querySelector("[data-history]").textContent);
    paint(this.#draw);
  }

  add(message) {
    this.#append([message.data]);
    this.#stand(message.id);
  }

  // What was received from the server's former life is still true: it stays, and the chart shows the gap.
  refill(messages, id) {
    const values = messages.map(message => message.data);
    const begin = values[0]?.at ?? Infinity;
    this.#history = this.#history.filter(value => value.at < begin);
    this.#append(values);
    this.#stand(id);
  }

  #append(values) {
    this.#history.push(...values);
    const begin = (this.#history.at(-1)?.at ?? 0) - this.#window;
    const first = this.#history.findIndex(value => value.at >= begin);
    if (first > 0) this.#history.splice(0, first);
    paint(this.#draw);
  }

  #stand(id) {
    if (id) this.#panel.dataset.id = id;
  }

  #repaint() {
    const latest = this.#history.at(-1);
    if (!latest) return;
    for (const element of this.#elements) fill(element, latest);
    for (const chart of this.#charts) chart.draw(this.#history);
    this.#panel.querySelector("[data-last-id]").textContent = this.#panel.dataset.id;
  }
}
