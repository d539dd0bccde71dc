// "Cut my connection": what was missed is asked of the stores' snapshots, and compared with what the stream brought by itself.
export class Gap {
  #root;
  #button;
  #summary;
  #storesUrl;
  #cut = null;
  #asked = false;

  // cut() asks the server to cut this page off.
  constructor(root, storesUrl, cut) {
    this.#root = root;
    this.#button = root.querySelector("[data-cut]");
    this.#summary = root.querySelector("[data-gap-summary]");
    this.#storesUrl = storesUrl;
    this.#button.addEventListener("click", async () => {
      this.#button.disabled = true;
      this.#asked = await cut();
      this.#button.disabled = this.#asked;
    });
  }

  // The connection is lost, whoever lost it; lastIds has each store's id at that moment. Keyed stores are not among them: of what has changed only the newest comes back.
  lost(lastIds) {
    if (this.#cut) return;
    this.#cut = { at: performance.now(), lastIds, came: new Map([...lastIds.keys()].map(store => [store, []])) };
    this.#button.disabled = true;
    this.#summary.textContent = "Cut off. The stores go on without this page.";
  }

  // The first message says that the connection is back: what the stores have now is what was missed.
  receive(store, id) {
    const cut = this.#cut;
    if (!cut) return;
    cut.seconds ??= ((performance.now() - cut.at) / 1000).toFixed(1);
    if (cut.missed === undefined) cut.missed = this.#idsBehind(cut.lastIds).catch(() => null);
    if (id) cut.came.get(store)?.push(id);
    else cut.missed = null; // right after a change to SignalR ids are not known yet: there is nothing to compare
  }

  reset() {
    this.#cut = null;
    this.#button.disabled = false;
    this.#summary.textContent = "The stores no longer have what was missed, and said so: this was a reset.";
  }

  async found() {
    const cut = this.#cut;
    const missed = await cut?.missed;
    // The answer may have overtaken the stream by a message or two.
    for (let wait = 0; missed && wait < 30 && !isCovered(missed, cut.came); wait++) await new Promise(resolve => setTimeout(resolve, 100));
    if (!cut || this.#cut !== cut) return;
    this.#cut = null;
    this.#button.disabled = false;
    if (missed) this.#tell(cut.seconds, missed, cut.came);
    else this.#summary.textContent = "The connection was lost for a moment.";
  }

  async #idsBehind(lastIds) {
    const query = [...lastIds.keys()].map(store => `store=${encodeURIComponent(store)}`).join("&");
    const response = await fetch(`${this.#storesUrl}?${query}`, { headers: { Accept: "application/json" } });
    const { stores } = await response.json();
    return new Map(stores.map(({ store, messages }) => {
      const ids = messages.map(message => message.id);
      return [store, ids.slice(ids.indexOf(lastIds.get(store)) + 1)];
    }));
  }

  #tell(seconds, missed, came) {
    const stores = [...missed.keys()].filter(store => missed.get(store).length > 0);
    const count = stores.reduce((sum, store) => sum + missed.get(store).length, 0);
    // Behind what was missed, more has come by now.
    const back = store => came.get(store).slice(0, missed.get(store).length);
    const complete = stores.every(store => missed.get(store).join() === back(store).join());
    this.#summary.textContent = complete
      ? `Cut off for ${seconds} s: ${count} messages were missed, and all ${count} came back, in order.`
      : `Cut off for ${seconds} s: what came back is not what was missed.`;
    this.#root.dataset.missed = count;
    this.#root.dataset.complete = complete;
    const details = this.#root.querySelector("[data-gap-details]");
    details.hidden = false;
    details.open = this.#asked;
    this.#asked = false;
    details.querySelector("[data-gap-list]").replaceChildren(...stores.map(store => line(store, back(store))));
  }
}

function isCovered(missed, came) {
  return [...missed].every(([store, ids]) => came.get(store).length >= ids.length);
}

// The ids of a store begin alike: that is said once.
function line(store, ids) {
  const paragraph = document.createElement("p");
  const begin = ids[0]?.slice(0, ids[0].indexOf("-") + 1) ?? "";
  paragraph.append(Object.assign(document.createElement("b"), { textContent: `${store} ${ids.length}` }), ` ${begin}`);
  for (const id of ids) {
    const item = Object.assign(document.createElement("span"), { textContent: id.startsWith(begin) ? id.slice(begin.length) : id });
    item.dataset.id = id;
    paragraph.append(" ", item);
  }
  return paragraph;
}
