// The server rendered the page with each store's past; from here on it is live.
import "./copy.js";
import { Gap } from "./gap.js";
import { Heartbeats } from "./heartbeats.js";
import { Hold } from "./hold.js";
import { Hub } from "./hub.js";
import { Live } from "./live.js";
import { MetricsView } from "./metrics-view.js";
import { NotesView } from "./notes-view.js";
import { Pill } from "./pill.js";
import { RowsView } from "./rows-view.js";
import { Wires } from "./wires.js";

const url = path => new URL(path, document.baseURI).href;
// By this name the server knows which connections are this page's, and can cut them.
const page = [...crypto.getRandomValues(new Uint8Array(8))].map(byte => byte.toString(16).padStart(2, "0")).join("");
const storesUrl = url("stores");
const streamUrl = url(`page/${page}/stores`);

const views = new Map();
const pill = new Pill(document.querySelector("[data-pill]"));
const hold = new Hold(document.querySelector("[data-pause]"), () => views.forEach(({ view }) => view.draw?.()));
const beats = document.querySelector("[data-heartbeats]");
const heartbeats = new Heartbeats(beats);
const gap = new Gap(beats, storesUrl, async () => (await fetch(url(`cut/${page}`), { method: "POST" })).ok);
const hub = new Hub(url(`page/${page}/hubs/stores`), () => live.wire === "signalr" && show({ state: "reconnecting" }));
const live = new Live({
  url: streamUrl,
  connection: hub.connection,
  onMessage(store, message) {
    views.get(store).id = message.id ?? views.get(store).id;
    heartbeats.receive(store);
    gap.receive(store, message.id);
    hold.message(views.get(store).view, message);
    if (store === "nodes") showNodes(views.get(store).view);
  },
  onReset({ store }) {
    const { view } = views.get(store);
    if (!view.isKeyed) gap.reset();
    hold.reset(view);
  },
  onState: show,
});

let away = false;

function show(status) {
  // After the page's own first connection, or another wire, there is next to nothing to replay.
  if (status.state === "replaying" && !away) return;
  away = status.state === "reconnecting" || away && status.state !== "live";
  pill.show({ until: status.in ? Date.now() + status.in : hub.retryAt, ...status });
  if (status.state === "reconnecting") {
    heartbeats.lost();
    gap.lost(new Map([...views].filter(([, { view }]) => !view.isKeyed).map(([store, { id }]) => [store, id])));
  } else if (status.state === "live") {
    heartbeats.found();
    gap.found();
  }
}

for (const element of document.querySelectorAll("[data-store]")) {
  const view = viewOf(element);
  views.set(element.dataset.store, { view, id: element.dataset.id });
  live.follow(element.dataset.store, element.dataset.id);
}

function viewOf(panel) {
  if (panel.querySelector("[data-rows]")) return new RowsView(panel, () => hold.isPaused);
  return panel.querySelector("[data-feed]") ? new NotesView(panel, storesUrl) : new MetricsView(panel);
}

// The header names the other nodes.
function showNodes({ keys }) {
  const header = document.querySelector("[data-nodes]");
  if (!header) return;
  const others = [...keys].filter(name => name !== header.dataset.nodes).sort();
  header.querySelector("[data-others]").textContent = others.length ? ` with ${others.join(", ")}` : "";
}

const wires = new Wires(document.querySelector("[data-wires]"), { url: streamUrl, clockUrl: url("clock"), connection: hub.connection });
const choice = document.querySelector("[data-wire-switch]");
choice.addEventListener("change", event => use(event.target.value));
use(choice.querySelector(":checked").value);
hub.run();

function use(wire) {
  live.use(wire);
  wires.use(wire);
}

// The charts are painted, not styled: another theme must be told to them.
const recolour = () => [wires, ...[...views.values()].map(({ view }) => view)].forEach(view => view.recolour?.());
new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
