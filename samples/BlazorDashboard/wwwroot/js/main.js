// The server rendered the page with each store's past; from here on it is live.
import { LiveStores } from "./live-stores.js";
import { MetricsView } from "./metrics-view.js";
import { NotesView } from "./notes-view.js";
import { Pill } from "./pill.js";

const url = path => new URL(path, document.baseURI).href;
const storesUrl = url("stores");
const pill = new Pill(document.querySelector("[data-pill]"));
const live = new LiveStores(url("hubs/stores"), storesUrl, status => pill.show(status));

for (const panel of document.querySelectorAll("section[data-store]")) {
  const view = panel.querySelector("[data-feed]") ? new NotesView(panel, storesUrl) : new MetricsView(panel);
  live.follow(panel.dataset.store, panel.dataset.id, view);
}
live.run();

document.addEventListener("click", async event => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
});
