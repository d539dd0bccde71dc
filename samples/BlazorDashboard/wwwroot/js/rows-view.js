// A keyed store on the page: a table with one row a key. Only rows whose key has changed are written.
import { collectEntries } from "../_content/Tornadose.SignalR/tornadose.js";
import { fill } from "./bind.js";
import { paint } from "./paint.js";

export class RowsView {
  isKeyed = true;
  #panel;
  #body;
  #sort;
  #template;
  #isHeld;
  #collection;
  #rows;
  #changed = new Set();
  #draw = () => this.#repaint();

  // isHeld() says whether the page is paused: then the collection goes on, and the table waits.
  constructor(panel, isHeld) {
    this.#panel = panel;
    this.#isHeld = isHeld;
    this.#body = panel.querySelector("[data-rows]");
    this.#sort = this.#body.dataset.sort.split(" ");
    this.#template = panel.querySelector("template[data-row]");
    this.#rows = new Map([...this.#body.children].map(row => [row.dataset.key, row]));
    const initial = JSON.parse(panel.querySelector("[data-history]").textContent);
    this.#collection = collectEntries({ initial, onChange: ({ key }) => this.#changed.add(key) });
  }

  get keys() {
    return this.#collection.entries.keys();
  }

  add({ id, data }) {
    if (id) this.#panel.dataset.id = id;
    this.#collection.take({ store: this.#panel.dataset.store, id, data });
    this.draw();
  }

  reset() {
    this.#collection.reset();
  }

  draw() {
    paint(this.#draw);
  }

  #repaint() {
    if (this.#isHeld()) return;
    for (const key of this.#changed) this.#write(key);
    this.#changed.clear();
    this.#order();
    this.#panel.querySelector("[data-last-id]").textContent = this.#panel.dataset.id;
  }

  #write(key) {
    const value = this.#collection.entries.get(key);
    if (value) return fill(this.#rows.get(key) ?? this.#insert(key), { key, ...value });
    this.#rows.get(key)?.remove();
    this.#rows.delete(key);
  }

  #insert(key) {
    const row = this.#template.content.firstElementChild.cloneNode(true);
    row.dataset.key = key;
    this.#rows.set(key, row);
    return row;
  }

  // A row that stands where it belongs is not touched.
  #order() {
    const entries = [...this.#collection.entries].sort(([, a], [, b]) => this.#compare(a, b));
    entries.forEach(([key], index) => {
      const row = this.#rows.get(key);
      if (this.#body.children[index] !== row) this.#body.insertBefore(row, this.#body.children[index] ?? null);
    });
  }

  #compare(a, b) {
    const by = this.#sort.find(name => a[name] !== b[name]);
    return by ? b[by] - a[by] : 0;
  }
}
