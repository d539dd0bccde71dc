// One store over three wires at once, for WiresPanel.razor: the latency and the size of its messages. A page that is not visible
// reads nothing.
import { subscribe } from "../_content/Tornadose.SignalR/tornadose.js";

const sample = 100;

export function probe(store, wires, panel) {
  const connection = connect(dashboard.url("hubs/stores"));
  const probes = wires.map(wire => new Probe(wire, store, connection));
  clockOffset().then(offset => probes.forEach(probe => { probe.offset = offset; }), () => {});
  const ticking = setInterval(() => tell(probes, panel), 1000);
  const onVisibility = () => probes.forEach(probe => document.hidden ? probe.pause() : probe.resume());
  document.addEventListener("visibilitychange", onVisibility);
  return {
    close() {
      clearInterval(ticking);
      document.removeEventListener("visibilitychange", onVisibility);
      probes.forEach(probe => probe.close());
      connection.onclose(() => {});
      connection.stop();
    },
  };
}

async function tell(probes, panel) {
  const figures = Object.fromEntries(probes.map(probe => [probe.wire, probe.figures()]).filter(([, figures]) => figures));
  if (document.hidden || Object.keys(figures).length === 0) return;
  try {
    await panel.invokeMethodAsync("Show", Date.now(), figures);
  } catch { /* the panel's circuit is disconnected, and is not told */ }
}

// A SignalR connection that reconnects without limit.
function connect(url) {
  const connection = new signalR.HubConnectionBuilder().withUrl(url).configureLogging(signalR.LogLevel.None)
    .withAutomaticReconnect({ nextRetryDelayInMilliseconds: ({ previousRetryCount: tries }) => Math.min(500 * 2 ** tries, 10_000) })
    .build();
  const start = () => connection.start().catch(() => setTimeout(start, 2000));
  start();
  return connection;
}

// How far the server's clock is ahead of this one, in milliseconds: of several answers, the fastest is the most accurate.
async function clockOffset() {
  let best = { trip: Infinity, offset: 0 };
  for (let attempt = 0; attempt < 5; attempt++) {
    const sent = performance.now();
    const server = Number(await (await fetch(new URL("clock", document.baseURI), { cache: "no-store" })).text());
    const trip = performance.now() - sent;
    // The server's value is cut to whole milliseconds: on average it is half of one too low.
    if (trip < best.trip) best = { trip, offset: server + 0.5 - (performance.timeOrigin + sent + trip / 2) };
  }
  return best.offset;
}

class Probe {
  offset = 0;
  #messages = [];
  #subscription;

  constructor(wire, store, connection) {
    this.wire = wire;
    const onMessage = message => this.#take(message);
    this.#subscription = subscribe(dashboard.url("stores"), {
      stores: [store], transport: wire, connection, minDelay: 500, maxDelay: 10_000, onMessage,
    });
  }

  pause() {
    this.#subscription.pause();
    this.#messages = [];
  }

  resume() {
    this.#subscription.resume();
  }

  close() {
    this.#subscription.close();
  }

  // What was missed during a disconnect is old, but not because of the wire.
  #take({ data, bytes }) {
    if (this.#subscription.state !== "live") return;
    const now = performance.timeOrigin + performance.now();
    this.#messages.push({ now, late: Math.max(0, now + this.offset - data.at), bytes });
    if (this.#messages.length > sample) this.#messages.shift();
  }

  figures() {
    const count = this.#messages.length;
    if (count < 10) return null;
    const late = this.#messages.map(message => message.late).sort((a, b) => a - b);
    const size = this.#messages.reduce((sum, message) => sum + message.bytes, 0) / count;
    const seconds = (this.#messages.at(-1).now - this.#messages[0].now) / 1000;
    return { median: late[count >> 1], high: late[Math.floor(0.95 * count)], size, rate: size * (count - 1) / seconds };
  }
}
