// A line chart in the SVG that the server drew first (ChartScale.cs has the same rules). It knows its element and plain
// objects with a time `at`, nothing else, so that another chart can take its place.
import { pick } from "./bind.js";
import { format } from "./format.js";

export class Chart {
  #element;
  #area;
  #lines;
  #keys;
  #labels;
  #window;
  #values = [];
  #readout = new Readout();

  constructor(element) {
    this.#element = element;
    this.#area = element.querySelector("path.area");
    this.#lines = [...element.querySelectorAll("path.line")];
    this.#keys = element.dataset.chart.split(" ");
    this.#labels = element.dataset.labels.split("|");
    this.#window = Number(element.dataset.window);
    const plot = element.querySelector(".plot");
    plot.append(this.#readout.element);
    plot.addEventListener("pointermove", event => this.#point(event.clientX, plot.getBoundingClientRect()));
    plot.addEventListener("pointerleave", () => this.#readout.hide());
  }

  draw(values) {
    this.#values = values;
    if (values.length === 0) return;
    const max = this.#max();
    this.#element.querySelector(".chart-max").textContent = edge(this.#element.dataset.format, max);
    this.#area.setAttribute("d", this.#runs(this.#keys[0], max).map(area).join(""));
    this.#lines.forEach((line, index) => line.setAttribute("d", this.#runs(this.#keys[index], max).map(run => `M${run.join("L")}`).join("")));
  }

  #max() {
    const { max, least } = this.#element.dataset;
    if (max) return Number(max);
    const highest = Math.max(...this.#keys.flatMap(key => this.#values.map(value => pick(value, key) ?? 0)));
    return roundMax(highest, Number(least));
  }

  // The points of a line, cut where something is missing.
  #runs(key, max) {
    const gap = Number(this.#element.dataset.gap);
    const runs = [];
    let before = -Infinity;
    for (const value of this.#values) {
      const number = pick(value, key);
      if (number === null || number === undefined) continue;
      if (value.at - before > gap) runs.push([]);
      runs.at(-1).push(`${(1000 * this.#x(value.at)).toFixed(1)} ${(100 - 100 * Math.min(1, number / max)).toFixed(1)}`);
      before = value.at;
    }
    return runs;
  }

  #x(at) {
    return 1 - (this.#values.at(-1).at - at) / this.#window;
  }

  #point(clientX, box) {
    const x = (clientX - box.left) / box.width;
    const near = this.#values.reduce((best, value) => !best || Math.abs(this.#x(value.at) - x) < Math.abs(this.#x(best.at) - x) ? value : best, null);
    if (!near) return;
    const texts = this.#keys.map((key, index) => `${this.#labels[index]} ${format(this.#element.dataset.format, pick(near, key)).join(" ")}`);
    this.#readout.show(this.#x(near.at), [new Date(near.at).toLocaleTimeString(), ...texts].join(" · "));
  }
}

// The values under the pointer.
class Readout {
  element = Object.assign(document.createElement("div"), { className: "readout", hidden: true });
  #text = document.createElement("span");

  constructor() {
    this.element.append(this.#text);
  }

  show(x, text) {
    this.element.hidden = false;
    this.element.style.setProperty("--x", `${100 * x}%`);
    this.element.classList.toggle("left", x > 0.5);
    this.#text.textContent = text;
  }

  hide() {
    this.element.hidden = true;
  }
}

function area(run) {
  const [first, last] = [run[0], run.at(-1)].map(point => `${point.split(" ")[0]} 100.0`);
  return `M${first}L${run.join("L")}L${last}Z`;
}

// The edge is a round number: without decimals that say nothing.
function edge(kind, max) {
  const [number, unit] = format(kind, max);
  return `${number.includes(".") ? Number(number) : number} ${unit}`.trim();
}

function roundMax(highest, least) {
  if (highest <= least) return least;
  const power = 10 ** Math.floor(Math.log10(highest));
  return power * [1, 2, 5, 10].find(step => highest <= step * power);
}
