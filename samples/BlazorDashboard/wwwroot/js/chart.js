// A live line chart with uPlot, for LineChart.razor: it is given new points, and keeps those that its window shows.
// The crosshairs of all charts point at the same time, by uPlot's "sync".
import { format } from "./format.js";

const colours = ["--accent", "--second", "--third"];

export function create(element, options) {
  return new Chart(element, options);
}

class Chart {
  #element;
  #plot;
  #options;
  #rows = []; // a time, and a value for each line
  #max = 1;
  #uplot = null;
  #readout = Object.assign(document.createElement("div"), { className: "readout", hidden: true });
  #resizes = new ResizeObserver(() => requestAnimationFrame(() => this.#resize()));
  #themes = new MutationObserver(() => this.#uplot?.redraw(false));
  #leaves = new AbortController();

  // options: labels of the lines, format of their values, window and gap in milliseconds.
  constructor(element, options) {
    this.#element = element;
    this.#plot = element.parentElement;
    this.#options = options;
    const { signal } = this.#leaves;
    this.#plot.addEventListener("keydown", event => this.#walk(event), { signal });
    this.#plot.addEventListener("blur", () => this.#uplot?.setCursor({ left: -10, top: -10 }, true, true), { signal });
    this.#resizes.observe(this.#plot);
    // Colours are painted, not styled: the chart must be told when the theme changes.
    this.#themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#uplot?.redraw(false), { signal });
  }

  // A chart keeps its points when its store starts again, after a server's restart: they are still true, and the gap is shown.
  draw(rows, max) {
    const known = this.#rows.at(-1)?.[0] ?? -Infinity;
    this.#rows.push(...rows.filter(([at]) => at > known));
    const end = this.#rows.at(-1)[0];
    this.#rows.splice(0, this.#rows.findIndex(([at]) => at >= end - this.#options.window));
    this.#max = max;
    this.#plot.parentElement.dataset.points = this.#rows.length;
    if (this.#uplot) this.#uplot.setData(this.#columns());
    else this.#resize();
  }

  dispose() {
    this.#leaves.abort();
    this.#resizes.disconnect();
    this.#themes.disconnect();
    this.#uplot?.destroy();
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#plot;
    if (width === 0 || this.#rows.length === 0) return;
    if (this.#uplot) this.#uplot.setSize({ width, height });
    else this.#begin(width, height);
  }

  #begin(width, height) {
    const range = () => [this.#rows.at(-1)[0] - this.#options.window, this.#rows.at(-1)[0]];
    this.#uplot = new uPlot({
      width,
      height,
      padding: [0, 0, 0, 0],
      pxAlign: 0,
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: { x: { time: false, range }, y: { range: () => [0, this.#max] } },
      series: [{}, ...this.#options.labels.map((_, index) => this.#series(index))],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 }, sync: { key: "dashboard", scales: ["x", null] } },
      hooks: { setCursor: [uplot => this.#read(uplot)] },
    }, this.#columns(), this.#element);
    this.#uplot.over.append(this.#readout);
  }

  #series(index) {
    const style = name => getComputedStyle(this.#plot).getPropertyValue(name);
    return {
      stroke: () => style(colours[index]),
      fill: index === 0 ? () => style("--accent-soft") : undefined,
      width: index === 0 ? 1.6 : 1.3,
      points: { show: false },
    };
  }

  // Times and values in uPlot's form, with an empty row where something is missing, so that no line joins its two sides.
  #columns() {
    const columns = [[], ...this.#options.labels.map(() => [])];
    let before = Infinity;
    for (const row of this.#rows) {
      if (row[0] - before > this.#options.gap) columns.forEach((column, index) => column.push(index === 0 ? before + 1 : null));
      columns.forEach((column, index) => column.push(row[index]));
      before = row[0];
    }
    return columns;
  }

  // The values under the crosshair.
  #read(uplot) {
    const index = uplot.cursor.left >= 0 ? uplot.cursor.idx : null;
    const at = uplot.data[0][index];
    this.#readout.hidden = at === undefined;
    if (at === undefined) return;
    const values = this.#options.labels.map(
      (label, line) => `${label} ${format(this.#options.format, uplot.data[line + 1][index]).join(" ")}`);
    const text = [new Date(at).toLocaleTimeString(), ...values].join(" · ");
    const x = uplot.valToPos(at, "x") / uplot.over.clientWidth;
    this.#readout.style.setProperty("--x", `${100 * x}%`);
    this.#readout.classList.toggle("left", x > 0.5);
    this.#readout.textContent = text;
    this.#plot.setAttribute("aria-valuetext", text);
  }

  // The crosshair by keyboard: a point at a time, ten with Shift; Home and End; Escape hides it.
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
