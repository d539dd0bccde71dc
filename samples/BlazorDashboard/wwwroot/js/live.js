// All stores of the page on one subscription: over whichever wire, each goes on after the id that its view stands at.
import { subscribe } from "../_content/Tornadose.SignalR/tornadose.js";

export class Live {
  wire = null;
  #options;
  #stores = [];
  #after = [];
  #subscription = null;

  // options: url, connection (SignalR's), and what is told: onMessage(store, message), onReset(reset), onState(status).
  constructor(options) {
    this.#options = options;
  }

  get stores() {
    return this.#stores;
  }

  follow(store, id) {
    this.#stores.push(store);
    this.#after.push(id);
  }

  // Another wire goes on where the last one was. The id of several stores is theirs, joined.
  use(wire) {
    const { url, connection, onMessage, onReset, onState } = this.#options;
    const after = this.#subscription ? this.#subscription.id : this.#after.join("-");
    this.#subscription?.close();
    this.wire = wire;
    const subscription = this.#subscription = subscribe(url, {
      stores: this.#stores,
      after,
      from: after ? undefined : "earliest",
      refill: true,
      json: false, // a note is text, and stays as it was written
      transport: wire,
      connection,
      minDelay: 500,
      maxDelay: 10_000,
      onMessage: message => onMessage(message.store, { id: this.#own(message), data: message.data }),
      onReset,
      onState: status => subscription === this.#subscription && onState(status),
    });
  }

  #own({ id, store }) {
    return id?.match(/[^-]+-[^-]+-[^-]+/g)[this.#stores.indexOf(store)];
  }
}
