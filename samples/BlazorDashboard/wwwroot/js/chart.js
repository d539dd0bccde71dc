// A live line chart. The server drew its past in SVG (ChartScale.cs); uPlot draws the same lines in the same box and goes on.
// The crosshairs of all charts stand at the same time: that is uPlot's "sync".
import { pick } from "./bind.js";
import { paint } from "./paint.js";
import { format } from "./format.js";

export class Chart {
  #element;
  #plot;
  #keys;
  #labels;
  #kind;
  #window;
  #gap;
  #max = 1;
  #end = 0;
  #uplot = null;
  #readout = new Readout();

  constructor(element) {
    this.#element = element;
    this.#plot = element.querySelector(".plot");
    this.#keys = element.dataset.chart.split(" ");
    this.#labels = element.dataset.labels.split("|");
    this.#kind = element.dataset.format;
    this.#window = Number(element.dataset.window);
    this.#gap = Number(element.dataset.gap);
    this.#plot.addEventListener("keydown", event => this.#walk(event));
    this.#plot.addEventListener("blur", () => this.#uplot?.setCursor({ left: -10, top: -10 }, true, true));
    new ResizeObserver(() => paint(this.#resize)).observe(this.#plot);
  }

  // values: plain objects with a time `at`, the oldest first, none older than the window.
  draw(values) {
    if (values.length === 0) return;
    this.#end = values.at(-1).at;
    this.#max = this.#highest(values);
    this.#element.querySelector(".chart-max").textContent = edge(this.#kind, this.#max);
    this.#element.dataset.points = values.length;
    const data = columns(values, this.#keys, this.#gap);
    if (this.#uplot) this.#uplot.setData(data);
    else this.#takeOver(data);
  }

  // Colours come from the page's style, which another theme changes.
  recolour() {
    this.#uplot?.redraw(false);
  }

  #takeOver(data) {
    const { clientWidth: width, clientHeight: height } = this.#plot;
    if (width === 0) return;
    this.#uplot = new uPlot({
      width,
      height,
      padding: [0, 0, 0, 0],
      pxAlign: 0,
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: { x: { time: false, range: () => [this.#end - this.#window, this.#end] }, y: { range: () => [0, this.#max] } },
      series: [{}, ...this.#keys.map((_, index) => this.#series(index))],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 }, sync: { key: "dashboard", scales: ["x", null] } },
      hooks: { setCursor: [uplot => this.#read(uplot)] },
    }, data, this.#plot);
    this.#plot.querySelector("svg").remove();
    this.#uplot.over.append(this.#readout.element);
  }

  #series(index) {
    const colour = ["--accent", "--second", "--third"][index];
    return {
      stroke: () => this.#style(colour),
      fill: index === 0 ? () => this.#style("--accent-soft") : undefined,
      width: index === 0 ? 1.6 : 1.3,
      points: { show: false },
    };
  }

  #style(name) {
    return getComputedStyle(this.#plot).getPropertyValue(name);
  }

  #resize = () => {
    const { clientWidth: width, clientHeight: height } = this.#plot;
    if (this.#uplot && width > 0) this.#uplot.setSize({ width, height });
  };

  #highest(values) {
    const { max, least } = this.#element.dataset;
    if (max) return Number(max);
    return roundMax(Math.max(...this.#keys.flatMap(key => values.map(value => pick(value, key) ?? 0))), Number(least));
  }

  #read(uplot) {
    const index = uplot.cursor.left >= 0 ? uplot.cursor.idx : null;
    const at = index === null || index === undefined ? null : uplot.data[0][index];
    if (at === null) {
      this.#readout.hide();
      return;
    }
    const texts = this.#keys.map((_, key) => `${this.#labels[key]} ${format(this.#kind, uplot.data[key + 1][index]).join(" ")}`);
    const text = [new Date(at).toLocaleTimeString(), ...texts].join(" · ");
    this.#readout.show(uplot.valToPos(at, "x") / uplot.over.clientWidth, text);
    this.#plot.setAttribute("aria-valuetext", text);
  }

  // The crosshair by keyboard: a point at a time, ten with Shift; Home and End; Escape takes it away.
  #walk(event) {
    const times = this.#uplot?.data[0];
    if (!times) return;
    const last = times.length - 1;
    const now = this.#uplot.cursor.left >= 0 ? this.#uplot.cursor.idx ?? last : last + 1;
    const step = event.shiftKey ? 10 : 1;
    const index = { ArrowLeft: now - step, ArrowRight: now + step, Home: 0, End: last, Escape: -1 }[event.key];
    if (index === undefined) return;
    event.preventDefault();
    const left = event.key === "Escape" ? -10 : this.#uplot.valToPos(times[Math.max(0, Math.min(last, index))], "x");
    this.#uplot.setCursor({ left, top: event.key === "Escape" ? -10 : 1 }, true, true);
  }
}

// The values under the crosshair.
class Readout {
  element = Object.assign(document.createElement("div"), { className: "readout", hidden: true });

  show(x, text) {
    this.element.hidden = false;
    this.element.style.setProperty("--x", `${100 * x}%`);
    this.element.classList.toggle("left", x > 0.5);
    this.element.textContent = text;
  }

  hide() {
    this.element.hidden = true;
  }
}

// Times and values as uPlot wants them, with an empty row where something is missing: no line joins its two sides.
function columns(values, keys, gap) {
  const rows = [[], ...keys.map(() => [])];
  let before = Infinity;
  for (const value of values) {
    if (value.at - before > gap) {
      rows[0].push(before + 1);
      for (let key = 0; key < keys.length; key++) rows[key + 1].push(null);
    }
    rows[0].push(value.at);
    keys.forEach((key, index) => rows[index + 1].push(pick(value, key) ?? null));
    before = value.at;
  }
  return rows;
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
