// Follows stores through one SignalR connection, for ever: each from the id that its view stands at, also after a cut.
const firstDelay = 500;
const longestDelay = 10_000;

export class LiveStores {
  #hub;
  #storesUrl;
  #show;
  #stores = new Map();
  #closed = () => {};
  #attempt = 0;

  // show({ state: "connecting" | "live" | "reconnecting" | "reset", … }) is told what becomes of the connection.
  constructor(hubUrl, storesUrl, show) {
    this.#storesUrl = storesUrl;
    this.#show = show;
    this.#hub = new signalR.HubConnectionBuilder().withUrl(hubUrl).configureLogging(signalR.LogLevel.None).build();
    this.#hub.on("Message", (name, message) => this.#receive(this.#stores.get(name), message));
    this.#hub.on("Reset", (name, reset) => this.#refill(this.#stores.get(name), reset));
    this.#hub.onclose(() => this.#closed());
  }

  // A view has add(message) and refill(messages).
  follow(name, lastId, view) {
    this.#stores.set(name, { name, lastId, view, refill: null });
  }

  async run() {
    for (;;) {
      const closed = new Promise(resolve => { this.#closed = resolve; });
      if (await this.#connect()) await closed;
      await this.#pause();
    }
  }

  async #connect() {
    try {
      await this.#hub.start();
      await Promise.all([...this.#stores.values()].map(store => this.#hub.invoke("Subscribe", store.name, store.lastId)));
      this.#attempt = 0;
      this.#show({ state: "live" });
      return true;
    } catch {
      await this.#hub.stop();
      return false;
    }
  }

  // Half of the delay is chance: after a restart the pages must not all come back in the same moment.
  async #pause() {
    const delay = Math.min(longestDelay, firstDelay * 2 ** this.#attempt++) * (0.5 + Math.random() / 2);
    this.#show({ state: "reconnecting", until: Date.now() + delay });
    await new Promise(resolve => {
      setTimeout(resolve, delay);
      addEventListener("online", resolve, { once: true });
    });
  }

  #receive(store, message) {
    if (store.refill) {
      store.refill.push(message);
      return;
    }
    store.lastId = message.id ?? store.lastId;
    store.view.add(message);
  }

  // The messages behind our id are gone. What the store still keeps is fetched; what arrives meanwhile is held and put behind it.
  async #refill(store, reset) {
    const held = store.refill = [];
    this.#show({ state: "reset", reason: reset.reason });
    try {
      const response = await fetch(`${this.#storesUrl}/${store.name}`, { headers: { Accept: "application/json" } });
      const snapshot = await response.json();
      // A second reset has begun its own refill: only the later one knows all.
      if (store.refill !== held) return;
      store.refill = null;
      store.lastId = snapshot.id;
      store.view.refill(snapshot.messages, snapshot.id);
      const known = new Set(snapshot.messages.map(message => message.id));
      held.filter(message => !known.has(message.id)).forEach(message => this.#receive(store, message));
    } catch {
      // Our old id still stands, so the next connection brings the reset once more.
      store.refill = null;
      await this.#hub.stop();
    }
  }
}
