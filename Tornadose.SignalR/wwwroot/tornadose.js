// tornadose.js: follows stores of Tornadose.SignalR over Server-Sent Events, a WebSocket, or the application's SignalR connection. How to use it: docs/javascript.md; types: tornadose.d.ts;
// what goes over the wires: docs/transports.md.
//
// A subscription is a cursor, the id of the last message, and a loop around it:
//   1. connect with the cursor, by one of three transports;
//   2. hand on what comes, and move the cursor with each message, until the connection ends, for whatever reason;
//   3. wait, longer after each failure, unless there is a reason to go on at once; then again from 1.
// Nothing else is remembered of a connection, so nothing can be lost with it. Whoever wants a fresh one (pause, refill, a change of networks) ends the present one: 1 does the rest.
//
// Closures rather than a class, because minifiers shorten variables and not members: every page pays for the size of this file.

const here = globalThis;
const bytesOf = text => new TextEncoder().encode(text).length;

const failure = (message, details) => Object.assign(new Error(message), details);

// Server-Sent Events carry text and do not tell JSON from a string; the other wires do. What a message looks like must not depend on the wire, so on each of them text that is JSON counts as JSON.
function valueOf(data) {
  while (typeof data === 'string')
    try {
      data = JSON.parse(data);
    } catch {
      break;
    }
  return data;
}

const textOf = data => typeof data === 'string' ? data : JSON.stringify(data);

export function subscribe(url, {
  store, stores, after: id, from, last, transport: wanted = 'auto', connection, ticket, headers, credentials, json = true, refill = from === 'earliest',
  // Without a word of the server each client has its own pace, so that a thousand of them do not come back together.
  minDelay = 500 + Math.random() * 2500, maxDelay = 30_000, silence = 60_000,
  WebSocket = here.WebSocket, onMessage, onReset, onState, onError,
}) {
  const names = stores ?? [store];
  if (!names[0] || wanted === 'signalr' && !connection) throw new TypeError('subscribe needs a store, SignalR a connection');
  const base = new URL(url, here.document?.baseURI ?? here.location).href.replace(/\/$/, '');
  const list = `${base}?store=${names.join('&store=')}`; // the characters of names need no escapes
  const isHub = wanted === 'signalr' || wanted === 'auto' && connection;
  const isConnected = () => connection.state === 'Connected';
  const isOver = () => signal.aborted;

  // The cursor is `id`; of several stores it is the vector of theirs.
  let ids = []; // the stores' own, over SignalR, which knows no vectors
  let status = { state: 'connecting' };
  let proven; // the transport that has worked
  let attempt, signal; // ends the present connection
  let wake = () => {}; // ends the present wait
  let timer, settling, watch;
  let failures = 0;
  let transport = choose();
  let replayed;
  let paused, full, closed;
  const life = new AbortController();
  const seen = new Set(); // the last ids: what comes twice is dropped
  const readers = new Set();

  async function run() {
    await 0; // the caller has the subscription before its callbacks are called
    for (;;) {
      while (!closed && (paused || full)) await rest();
      if (closed) return;
      attempt = new AbortController();
      signal = attempt.signal;
      let error;
      transport = choose();
      replayed = 0;
      try {
        await connect();
      } catch (thrown) {
        error = thrown;
      }
      [settling, watch].map(clearTimeout);
      if (isOver()) continue; // ended from here, to go on at once
      attempt.abort();
      if (isHub && !isConnected()) {
        set('reconnecting'); // which is up to the application
        continue;
      }
      if (error) call(onError, error);
      if (error?.final) return end(error);
      const wait = Math.min(maxDelay, (minDelay || 1) * 2 ** failures++) * (1 + Math.random() / 2);
      set('reconnecting', { in: wait | 0, error });
      await rest(wait);
    }
  }

  const rest = wait => new Promise(resolve => {
    if (wait) timer = setTimeout(resolve, wait);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

  // Over HTTP/1.1 a browser has six connections to a host, for all its tabs together, and WebSockets are not among them: so they come first. Some networks let none through, which looks like
  // any other failure: every third time it is the other's turn.
  function choose() {
    if (isHub) return 'signalr';
    if (wanted !== 'auto') return wanted;
    if (!WebSocket || headers && !ticket) return 'sse';
    return (proven === 'sse') === (failures % 3 === (proven ? 2 : 1)) ? 'websocket' : 'sse';
  }

  async function connect() {
    while (isHub && !isConnected()) {
      await rest(100); // nothing tells of a connection that the application starts again
      if (isOver()) return;
    }
    set('connecting');
    if (isHub) return readHub();
    const address = new URL(stores ? list : `${base}/${store}`);
    const query = { ticket: await getTicket(), ...id ? { after: id } : { from, last } };
    for (const name in query) if (query[name] != null) address.searchParams.set(name, query[name]);
    if (!isOver()) await (transport === 'sse' ? readEvents : readSocket)(address);
  }

  // A ticket opens one stream: every attempt needs a new one.
  async function getTicket() {
    const request = { stores: names, transport };
    if (ticket?.call) return ticket(request);
    if (ticket) return (await (await ask(ticket, { 'Content-Type': 'application/json' }, { method: 'POST', body: JSON.stringify(request) })).json()).ticket;
  }

  async function ask(address, own, init) {
    const response = await fetch(address, { credentials, signal, ...init, headers: { ...own, ...await (headers?.call ? headers() : headers) } });
    const { status } = response;
    if (status === 200) return response;
    // Worth another attempt: a server that is full, stopping, or behind a proxy that has lost it; a store that was there before; a ticket, whose successor may be better.
    const final = status < 500 && !/408|42[59]/.test(status) && !(status === 404 && proven) && !/ticket=/.test(address);
    minDelay = response.headers.get('Retry-After') * 1000 || minDelay;
    throw failure(`${status} ${await response.text()}`, { status, final });
  }

  // Not an EventSource: that one ends for good with any status but 200, hides the status, sends no headers, does not show the comments that prove a connection alive, and decides by itself when
  // to come back.
  async function readEvents(address) {
    const response = await ask(address, { Accept: 'text/event-stream' });
    if (!/event-stream/.test(response.headers.get('Content-Type'))) throw failure('No event stream');
    opened();
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (let text = ''; ;) {
      clearTimeout(watch);
      if (silence) watch = setTimeout(interrupt, silence);
      const { done, value } = await reader.read();
      if (done) return;
      const events = (text + decoder.decode(value, { stream: true })).split('\n\n'); // this server ends lines with LF
      text = events.pop();
      for (const event of events) readEvent(event);
    }
  }

  function readEvent(text) {
    const fields = {};
    for (const [, name, value] of text.matchAll(/(?:^|\n)(\w+): ?([^\n]*)/g)) fields[name] = name in fields ? `${fields[name]}\n${value}` : value; // only data comes in several lines
    let { id, event, data, retry } = fields;
    if (retry) minDelay = +retry;
    if (event === 'tornadose.closed') throw failure('Ended for good', { final: true });
    if (event === 'tornadose.reset') return take({ reset: JSON.parse(data) });
    // Of several stores the event type is `store` or `store/type`; names have slashes as well.
    const store = stores && names.filter(name => `${event}/`.startsWith(`${name}/`)).sort().pop();
    if (store) event = event.slice(store.length + 1) || undefined;
    if (data != null) take({ id, event, data, store }, bytesOf(text) + 2);
  }

  function readSocket(address) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(address.href.replace('http', 'ws'));
      socket.onopen = opened;
      socket.onmessage = ({ data }) => take(JSON.parse(data), bytesOf(data));
      socket.onerror = () => {}; // says nothing; a close event follows
      socket.onclose = ({ code, reason }) => reject(failure(`WebSocket: ${code} ${reason}`, { code, final: /1003|1009|4002|inbound_too_often/.test(code + reason) }));
      signal.onabort = () => {
        socket.onmessage = null;
        socket.close();
        resolve();
      };
    });
  }

  async function readHub() {
    const count = from === 'earliest' ? Infinity : last;
    if (!id && count) await takeSnapshot(count);
    const feeds = connection[shared] ??= share(connection);
    const leaving = [];
    let end;
    const ended = new Promise(resolve => end = resolve);
    signal.onabort = () => end();
    try {
      for (const index in names) {
        const begin = await join(feeds, index, leaving, end);
        if (isOver()) return;
        ids[index] ??= begin; // messages may have come before the answer
      }
      id = vector() ?? id;
      opened();
      const error = await ended;
      if (error) throw error;
    } finally {
      for (const leave of leaving) await leave(); // before anybody enters again
    }
  }

  // The hub keeps one subscription of a store for a connection. Whoever comes second on the same connection may want to begin elsewhere, and gets a stream of its own.
  function join(feeds, index, leaving, end) {
    const name = names[index];
    const after = ids[index] ?? id?.match(/\w+-\d+-\w+/g)?.[index] ?? id ?? null;
    const next = item => item ? takeFromHub(index, item) : end();
    if (feeds.has(name)) {
      const stream = connection.stream('WatchAfter', name, after).subscribe({ next, error: end, complete: end });
      leaving.push(() => stream.dispose());
    } else {
      feeds.set(name, next);
      leaving.push(() => feeds.delete(name) && isConnected() && connection.invoke('Unsubscribe', name).catch(() => {}));
      return connection.invoke('Resume', name, after);
    }
  }

  function takeFromHub(index, { reset, ...item }) {
    if (isOver()) return;
    const store = names[index];
    const own = (reset ?? item).id;
    if (own) ids[index] = own;
    const place = { id: own && vector(), store };
    const bytes = bytesOf(JSON.stringify([store, item])) + 42; // what a hub message in JSON has around its arguments
    take(reset ? { reset: { ...reset, ...place } } : { ...item, ...place }, bytes, own);
  }

  // The id of several stores is all of theirs, joined; with one missing it would silently skip that store's messages.
  const vector = () => names.every((_, index) => ids[index]) ? ids.join('-') : undefined;

  // The hub has no way to begin in the past without an id. What is kept comes with the id that it goes on from.
  async function takeSnapshot(count) {
    const snapshot = await (await ask(list, { Accept: 'application/json' })).json();
    snapshot.stores.forEach(({ id, messages }, index) => {
      for (const item of messages.slice(-count)) takeFromHub(index, item);
      ids[index] = id;
    });
  }

  function opened() {
    proven = transport;
    settle(0, id || from || last ? 10 : 0);
  }

  // No wire says where the past ends. It comes in one go, so it has ended when a moment brings nothing more; on a busy store, after two seconds.
  function settle(known, ticks) {
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (replayed === known || !ticks) {
        failures = 0;
        set('live', { count: replayed });
      } else {
        set('replaying', { count: replayed });
        settle(replayed, ticks - 1);
      }
    }, ticks && 200);
  }

  function take({ reset, id: now, event, data, store = names[0] }, bytes, key = now) {
    if (isOver()) return;
    if (reset) return start({ store, ...reset });
    if (seen.has(key)) return;
    if (key) seen.add(key);
    const [oldest] = seen;
    if (seen.size > 1000) seen.delete(oldest);
    id = now ?? id;
    replayed++;
    const item = { id: now, event, data: (json ? valueOf : textOf)(data), store, bytes };
    give(onMessage, item, item);
  }

  // Messages are missing: what follows begins anew.
  function start(reset) {
    id = reset.id;
    seen.clear();
    set('reset', reset);
    give(onReset, reset, { reset });
    if (!refill) return settle(-1, 10);
    // Everything that is kept, and then what is new, in one stream without a seam.
    id = last = undefined;
    ids = [];
    from = 'earliest';
    attempt.abort();
  }

  function give(callback, told, item) {
    call(callback, told);
    for (const reader of readers) reader(item);
  }

  function set(state, details) {
    status = { state, ...details };
    call(onState, status);
  }

  // Asynchronous, so that what a callback throws shows as the page's bug that it is, an unhandled rejection, and the stream goes on.
  const call = async (callback, argument) => callback?.(argument);

  // The network is back, or somebody looks: no need to wait any longer. A stream from before a change of networks may be dead without a sign of it.
  function look({ type }) {
    if (type === 'online') isHub || attempt.abort();
    else if (here.document.hidden) return;
    wake();
  }

  function end(error) {
    if (closed) return;
    closed = true;
    life.abort();
    interrupt();
    set('closed', { error });
    for (const reader of readers) reader();
  }

  function interrupt() {
    attempt?.abort();
    wake();
  }

  here.addEventListener?.('online', look, life);
  here.document?.addEventListener('visibilitychange', look, life);
  run();
  return {
    get id() { return id; },
    get state() { return status.state; },
    get transport() { return transport; },
    close: () => end(),
    pause() {
      if (paused || closed) return;
      paused = true;
      interrupt();
      set('paused');
    },
    resume() {
      paused = false;
      wake();
    },
    // Messages, and { reset } where some are missing. What is read too slowly is left to the server to keep: the connection ends until the queue is empty.
    async *[Symbol.asyncIterator]() {
      const queue = [];
      let more = () => {};
      const reader = item => {
        if (item && queue.push(item) > 999) {
          full = true;
          interrupt();
        }
        more();
      };
      readers.add(reader);
      try {
        for (;;) {
          while (queue.length) yield queue.shift();
          if (closed) {
            if (status.error) throw status.error;
            return;
          }
          if (full) {
            full = false;
            wake();
          }
          await new Promise(resolve => more = resolve);
        }
      } finally {
        readers.delete(reader);
        if (!readers.size && !onMessage) end(); // nobody listens any more
      }
    },
  };
}

const shared = Symbol();

// What the subscriptions on one HubConnection share: its handlers, and which of them gets a store's messages. Nothing, instead of a message: the connection is lost.
function share(connection) {
  const feeds = new Map();
  const give = (store, item) => void feeds.get(store)?.(item); // a result would be taken for an answer to the server
  const lose = () => feeds.forEach(next => next());
  connection.on('Message', give);
  connection.on('Reset', (store, reset) => give(store, { reset }));
  connection.onreconnecting(lose);
  connection.onclose(lose);
  return feeds;
}
