// One store over three wires at once: how late its messages are here, and what they weigh. A page that nobody sees reads nothing.
import { subscribe } from "../_content/Tornadose.SignalR/tornadose.js";
import { fill } from "./bind.js";
import { Chart } from "./chart.js";
import { clockOffset } from "./clock.js";
import { paint } from "./paint.js";

const sample = 100;

export class Wires {
  #wires;
  #root;
  #chart;
  #window;
  #history = [];
  #draw = () => this.#chart.draw(this.#history);

  constructor(root, { url, clockUrl, connection }) {
    this.#root = root;
    const chart = root.querySelector("[data-chart]");
    this.#chart = new Chart(chart);
    this.#window = Number(chart.dataset.window);
    this.#wires = [...root.querySelectorAll("[data-wire]")].map(row => new Wire(row, url, root.dataset.wires, connection));
    clockOffset(clockUrl).then(offset => this.#wires.forEach(wire => { wire.offset = offset; }), () => {});
    setInterval(() => this.#show(), 1000);
    document.addEventListener("visibilitychange", () => this.#wires.forEach(wire => document.hidden ? wire.pause() : wire.resume()));
  }

  use(wire) {
    for (const row of this.#root.querySelectorAll("[data-wire]")) row.querySelector(".in-use").hidden = row.dataset.wire !== wire;
  }

  #show() {
    if (document.hidden) return;
    const figures = this.#wires.map(wire => wire.figures());
    const slowest = Math.max(...figures.map(figure => figure?.median ?? 0));
    this.#wires.forEach((wire, index) => figures[index] && wire.show(figures[index], slowest));
    if (slowest > 0) this.#remember({ at: Date.now(), ...Object.fromEntries(this.#wires.map((wire, index) => [wire.name, figures[index]?.median])) });
  }

  #remember(values) {
    this.#history.push(values);
    while (this.#history[0].at < values.at - this.#window) this.#history.shift();
    paint(this.#draw);
  }

  recolour() {
    this.#chart.recolour();
  }
}

class Wire {
  offset = 0;
  #row;
  #messages = [];
  #subscription;

  constructor(row, url, store, connection) {
    this.#row = row;
    this.name = row.dataset.wire;
    this.#subscription = subscribe(url, { stores: [store], transport: this.name, connection, minDelay: 500, maxDelay: 10_000, onMessage: message => this.#take(message) });
  }

  pause() {
    this.#subscription.pause();
    this.#messages = [];
  }

  resume() {
    this.#subscription.resume();
  }

  // What was missed while the connection was away is old, and not because of the wire.
  #take({ data, bytes }) {
    if (this.#subscription.state !== "live") return;
    const now = performance.timeOrigin + performance.now();
    this.#messages.push({ now, late: Math.max(0, now + this.offset - data.at), bytes });
    if (this.#messages.length > sample) this.#messages.shift();
  }

  figures() {
    const count = this.#messages.length;
    if (count < 10) return null;
    const late = this.#messages.map(message => message.late).sort((a, b) => a - b);
    const bytes = this.#messages.reduce((sum, message) => sum + message.bytes, 0);
    const seconds = (this.#messages.at(-1).now - this.#messages[0].now) / 1000;
    return { median: late[count >> 1], high: late[Math.floor(0.95 * count)], size: bytes / count, rate: bytes / count * (count - 1) / seconds };
  }

  show(figures, slowest) {
    fill(this.#row, figures);
    this.#row.querySelector(".meter").style.setProperty("--fill", `${100 * figures.median / slowest}%`);
  }
}
