// One SignalR connection, restored for ever. tornadose.js subscribes on it, and again after each loss.
const firstDelay = 500;
const longestDelay = 10_000;

export class Hub {
  connection;
  retryAt;
  #waits;
  #closed = () => {};

  // waits() is told that an attempt has failed, or the connection, and that the next one is at retryAt.
  constructor(url, waits) {
    this.#waits = waits;
    this.connection = new signalR.HubConnectionBuilder().withUrl(url).configureLogging(signalR.LogLevel.None).build();
    this.connection.onclose(() => this.#closed());
  }

  async run() {
    for (let attempt = 0; ; attempt++) {
      const closed = new Promise(resolve => { this.#closed = resolve; });
      try {
        await this.connection.start();
        attempt = 0;
        await closed;
      } catch { /* the next attempt may do better */ }
      await this.#pause(attempt);
    }
  }

  // Half of the delay is chance: after a restart the pages must not all come back in the same moment.
  #pause(attempt) {
    const delay = Math.min(longestDelay, firstDelay * 2 ** attempt) * (0.5 + Math.random() / 2);
    this.retryAt = Date.now() + delay;
    this.#waits();
    return new Promise(resolve => {
      setTimeout(resolve, delay);
      addEventListener("online", resolve, { once: true });
    });
  }
}
