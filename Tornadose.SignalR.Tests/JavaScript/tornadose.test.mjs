// node --test tornadose.test.mjs: tests tornadose.js on every transport without a server. ScriptTests tests it with servers.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { collectEntries, followEntries, publish, publishMany, subscribe } from '../../Tornadose.SignalR/wwwroot/tornadose.js';

const site = 'http://stores.test/stores';
const open = [];
afterEach(() => open.splice(0).forEach(subscription => subscription.close()));

/** Subscribes, and records the arguments of all callbacks. */
function follow(options, url = site) {
  const log = { messages: [], resets: [], states: [], errors: [], ends: [] };
  const subscription = subscribe(url, {
    store: 'orders', minDelay: 1, maxDelay: 5,
    onMessage: message => log.messages.push(message), onReset: reset => log.resets.push(reset),
    onEnd: end => log.ends.push(end), onState: status => log.states.push(status), onError: error => log.errors.push(error), ...options,
  });
  open.push(subscription);
  return Object.assign(log, { subscription });
}

/** Advances a fake clock, and runs the continuations that wait for it. */
async function tick(t, wait) {
  for (let turn = 0; turn < 30; turn++) await null;
  await new Promise(resolve => setImmediate(resolve));
  t.mock.timers.tick(wait);
  for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve));
}

async function until(condition) {
  for (let turn = 0; !condition(); turn++) {
    assert.ok(turn < 4000, `never: ${condition}`);
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}

/**
 * Answers each request with the next of these, and repeats the last. A string is a stream that stays open, an array of strings its chunks,
 * a number a status.
 */
function serve(...answers) {
  const requests = [];
  globalThis.fetch = async (url, init) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({ url: `${url}`, ...init });
    if (init.signal?.aborted) throw init.signal.reason;
    if (typeof answer === 'number') return new Response(answer === 204 ? null : 'why', { status: answer });
    if (answer instanceof Response) return answer.clone();
    if (answer instanceof Error) throw answer;
    const body = new ReadableStream({
      start(controller) {
        for (const chunk of [answer].flat()) if (chunk !== END) controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
        if ([answer].flat().includes(END)) controller.close();
        init.signal.addEventListener('abort', () => {
          try { controller.error(init.signal.reason); } catch { /* closed */ }
        });
      },
    });
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  };
  return requests;
}

const END = Symbol('the end of the stream');
const event = (id, data, type) => `id: ${id}\n${type ? `event: ${type}\n` : ''}data: ${data}\n\n`;
const at = (offset, epoch = 'e') => `${epoch.padEnd(16, '0')}-${offset}-00000001`;

class FakeSocket {
  static made = [];
  constructor(url) {
    this.url = url;
    FakeSocket.made.push(this);
  }
  close() { this.closed = true; }
  static get last() { return FakeSocket.made.at(-1); }
}

class FakeConnection {
  state = 'Connected';
  handlers = {};
  calls = [];
  ends = [];
  on(method, handler) { (this.handlers[method] ??= []).push(handler); }
  onreconnecting(end) { this.ends.push(end); }
  onclose() {}
  async invoke(method, ...args) {
    this.calls.push([method, ...args]);
    return at(0);
  }
  stream(method, ...args) {
    this.calls.push([method, ...args]);
    return { subscribe: subscriber => ((this.watcher = subscriber), { dispose: () => this.calls.push(['dispose']) }) };
  }
  send(method, ...args) { this.handlers[method].forEach(handler => handler(...args)); }
}

test('sse: lines, chunks and letters', async () => {
  const bytes = new TextEncoder().encode(event(at(2), 'é\u2028😀'));
  serve([':\nretry: 7\n\nid: ' + at(1) + '\nda', 'ta: a\ndata: b\ndata:\n', '\n', bytes.slice(0, 40), bytes.slice(40), ':\n\n', 'data: bare\n\n']);
  const log = follow({ transport: 'sse' });
  await until(() => log.messages.length === 3);
  assert.deepEqual(log.messages.map(({ id, data }) => [id, data]), [[at(1), 'a\nb\n'], [at(2), 'é\u2028😀'], [undefined, 'bare']]);
  assert.equal(log.messages[1].bytes, bytes.length);
  assert.equal(log.subscription.id, at(2));
});

/** Published values. `sse` is the `format` that Server-Sent Events add to text that could be JSON. */
const published = [
  { text: 'plain', value: 'plain' },
  { text: '42', value: '42', sse: 'text' },
  { text: '', value: '' },
  { text: ' lead', value: ' lead' },
  { text: '"quoted"', value: '"quoted"', sse: 'text' },
  { text: '{"a":[1]}', value: '{"a":[1]}', sse: 'text' },
  { text: 'null', value: 'null', sse: 'text' },
  { text: '\ufeff1', value: '\ufeff1' },
  { text: '[not json', value: '[not json', sse: 'text' },
  { json: '"830010923977419046"', value: '830010923977419046' },
  { json: '"null"', value: 'null' },
  { json: '"1e999"', value: '1e999' },
  { json: '"\\"{}\\""', value: '"{}"' },
  { json: '""', value: '' },
  { json: '{"id":9007199254740993, "a":1.0}', value: { id: 9007199254740992, a: 1 } },
  { json: '{"data":"},\\"data\\":1"}', value: { data: '},"data":1' } },
  { json: '[1,"]"]', value: [1, ']'] },
  { json: 'null', value: null },
  { json: '1.50', value: 1.5 },
];
const inEvent = ({ text, json, sse }, index) => `id: ${at(index + 1)}\nevent: type,"data":1\n${sse ? 'format: text\n' : ''}data: ${text ?? json}\n\n`;
const inEnvelope = ({ text, json }, index) =>
  `{"id":"${at(index + 1)}","event":"type,\\"data\\":1",${json?.[0] === '"' ? '"format":"json",' : ''}"data":${json ?? JSON.stringify(text)}}`;

test('R9: what was published arrives, the same on every wire: JSON as its value, text as text', async () => {
  serve(published.map(inEvent).join(''));
  const sse = follow({ transport: 'sse' });
  const socket = follow({ transport: 'websocket', WebSocket: FakeSocket });
  const connection = new FakeConnection();
  const hub = follow({ connection });
  await until(() => sse.messages.length === published.length && FakeSocket.last && connection.calls.length);
  published.map(inEnvelope).forEach(line => {
    FakeSocket.last.onmessage({ data: line });
    connection.send('Message', 'orders', JSON.parse(line));
  });
  assert.deepEqual(sse.messages.map(message => message.data), published.map(({ value }) => value));
  for (const log of [socket, hub]) assert.deepEqual(log.messages.map(({ bytes, ...message }) => message), sse.messages.map(({ bytes, ...message }) => message));
  assert.ok([...socket.messages, ...hub.messages].every(({ bytes }) => bytes > 40));
});

test('R10: json: false gives the published text, character for character, on every wire', async () => {
  serve(published.map(inEvent).join(''));
  const sse = follow({ transport: 'sse', json: false });
  const socket = follow({ transport: 'websocket', WebSocket: FakeSocket, json: false });
  const connection = new FakeConnection();
  const hub = follow({ connection, json: false });
  await until(() => sse.messages.length === published.length && FakeSocket.last && connection.calls.length);
  assert.deepEqual(connection.calls, [['WatchText', 'orders', null]]);
  published.map(inEnvelope).forEach(line => FakeSocket.last.onmessage({ data: line }));
  published.forEach(({ text, json }, index) => connection.watcher.next({ id: at(index + 1), data: text ?? json }));
  const lines = published.map(inEnvelope).join(',');
  serve(new Response(`{"id":"${at(99)}","stores":[{"store":"orders","id":"${at(99)}","messages":[${lines}]}]}`));
  const past = follow({ connection: new FakeConnection(), json: false, from: 'earliest' });
  await until(() => past.messages.length === published.length);
  for (const log of [sse, socket, hub, past]) assert.deepEqual(log.messages.map(message => message.data), published.map(({ text, json }) => text ?? json));
});

test('R10: line ends are those that were published', async () => {
  serve('id: 1\nends: b\ndata: a\ndata: b\ndata: \n\n' + 'id: 2\nends: rn\ndata: a\ndata: b\ndata: c\ndata: d\n\n' + 'id: 3\r\ndata: a\r\ndata: b\r\n\r\n');
  const log = follow({ transport: 'sse' });
  await until(() => log.messages.length === 3);
  assert.deepEqual(log.messages.map(message => message.data), ['a\r\nb\r\n', 'a\rb\nc\nd', 'a\nb']);
});

test('R23: a message of a hundred megabytes is read in linear time', async () => {
  const chunk = new TextEncoder().encode('x'.repeat(64 * 1024));
  let left = 1600;
  globalThis.fetch = async () => new Response(new ReadableStream({
    start: controller => controller.enqueue(new TextEncoder().encode(`id: ${at(1)}\ndata: `)),
    pull(controller) {
      if (left-- > 0) return controller.enqueue(chunk);
      controller.enqueue(new TextEncoder().encode('\n\n'));
      controller.close();
    },
  }), { headers: { 'Content-Type': 'text/event-stream' } });
  const log = follow({ transport: 'sse', minDelay: 1e6, maxDelay: 1e6 });
  while (!log.messages.length) await new Promise(resolve => setTimeout(resolve, 10)); // ended by the runner's timeout
  assert.equal(log.messages[0].data.length, 1600 * chunk.length);
  assert.equal(log.messages[0].bytes, log.messages[0].data.length + `id: ${at(1)}\ndata: \n\n`.length);
});

test('lines that end anywhere in a chunk, with CR, LF or both', async () => {
  serve(['id: 1\r', '\ndata: a\r', '\r', 'id: 2\ndata', ': b\n', '\r\n', ': comment\r\n\r\ndata:', ' c\n\n']);
  const log = follow({ transport: 'sse' });
  await until(() => log.messages.length === 3);
  assert.deepEqual(log.messages.map(({ id, data }) => [id, data]), [['1', 'a'], ['2', 'b'], [undefined, 'c']]);
});

test('several stores: names, event types, one vector', async () => {
  const requests = serve(event('v1', 'x', 'a') + event('v2', 'y', 'a/b/placed') + event('v3', 'z', 'a/b'));
  const log = follow({ store: undefined, stores: ['a', 'a/b'], transport: 'sse', last: 2, after: null });
  await until(() => log.messages.length === 3);
  assert.equal(requests[0].url, `${site}?store=a&store=a%2Fb&last=2`);
  assert.deepEqual(log.messages.map(({ store, event, id }) => [store, event, id]), [['a', undefined, 'v1'], ['a/b', 'placed', 'v2'], ['a/b', undefined, 'v3']]);
});

test('what comes twice is dropped, and resumes come after the last id', async () => {
  const requests = serve([event(at(1), 1) + event(at(2), 2), END], event(at(2), 2) + event(at(3), 3));
  const log = follow({ transport: 'sse', from: 'earliest', headers: async () => ({ Authorization: 'Bearer x' }) });
  await until(() => log.messages.length === 3);
  assert.deepEqual(log.messages.map(message => message.data), [1, 2, 3]);
  assert.deepEqual(requests.map(({ url }) => url), [`${site}/orders?from=earliest`, `${site}/orders?after=${at(2)}`]);
  assert.equal(requests[1].headers.Authorization, 'Bearer x');
});

test('states tell what happens', async () => {
  serve([':\nretry: 2\n\n' + event(at(1), 1), END], event(at(2), 2));
  const log = follow({ transport: 'sse', after: at(0) });
  await until(() => log.states.filter(({ state }) => state === 'live').length === 1);
  log.subscription.close();
  assert.deepEqual(log.states.map(({ state }) => state), ['connecting', 'reconnecting', 'connecting', 'replaying', 'live', 'closed']);
  assert.ok(log.states[1].in >= 2 && log.states[1].in <= 3);
  assert.deepEqual(log.states.slice(3, 5), [{ state: 'replaying', count: 1 }, { state: 'live', count: 1 }]);
});

test('waits grow, are jittered, and end at the longest', async () => {
  serve(new TypeError('no network'));
  const log = follow({ transport: 'sse', minDelay: 1, maxDelay: 16 });
  await until(() => log.states.filter(({ state }) => state === 'reconnecting').length === 8);
  const waits = log.states.filter(({ state }) => state === 'reconnecting').map(status => status.in);
  [1, 2, 4, 8, 16, 16, 16, 16].forEach((wait, index) => assert.ok(waits[index] >= wait && waits[index] <= wait * 1.5, `${waits}`));
  assert.equal(log.errors[0].message, 'no network');
});

test('statuses: final ones end it, others are tried again', async () => {
  for (const status of [204, 400, 401, 403, 404, 406]) {
    serve(status);
    const log = follow({ transport: 'sse' });
    await until(() => log.subscription.state === 'closed');
    assert.deepEqual([log.errors.length, log.errors[0].status, log.errors[0].final, log.states.at(-1).error], [1, status, true, log.errors[0]]);
  }
  for (const status of [408, 425, 429, 500, 502, 503]) {
    serve(status, event(at(1), 1));
    const log = follow({ transport: 'sse' });
    await until(() => log.messages.length);
    assert.deepEqual([log.errors[0].status, log.errors[0].final], [status, false]);
  }
  serve([event(at(1), 1), END], 404, event(at(2), 2)); // a proxy whose server is being replaced
  const log = follow({ transport: 'sse' });
  await until(() => log.messages.length === 2);
  serve(new Response('', { status: 503, headers: { 'Retry-After': '120' } }));
  const later = follow({ transport: 'sse', maxDelay: 1e9 });
  await until(() => later.subscription.state === 'reconnecting');
  assert.ok(later.states.at(-1).in >= 120_000);
});

test('an answer that is no event stream is an error', async () => {
  serve(new Response('<!DOCTYPE html>', { headers: { 'Content-Type': 'text/html' } }));
  const log = follow({ transport: 'sse' });
  await until(() => log.errors.length > 1);
  assert.equal(log.errors[0].message, 'No event stream');
});

test('an operator ends it for good, in the stream and on a socket', async () => {
  serve(event('closed', '{"reason":"dismissed"}', 'tornadose.closed'));
  const log = follow({ transport: 'sse' });
  await until(() => log.subscription.state === 'closed');
  assert.deepEqual([log.messages.length, log.errors.length, log.errors[0].final], [0, 1, true]);
});

test('close codes of a WebSocket', async () => {
  for (const [code, reason, final] of [[1003, '', true], [1009, '', true], [4002, 'dismissed', true], [1008, 'inbound_too_often', true], [1008, 'access_revoked', false], [1006, '', false], [1012, 'shutting_down', false], [4000, 'slow', false]]) {
    const log = follow({ transport: 'websocket', WebSocket: FakeSocket });
    const before = FakeSocket.made.length;
    await until(() => FakeSocket.made.length > before || log.states.length && FakeSocket.last.onclose);
    FakeSocket.last.onclose({ code, reason });
    await until(() => log.errors.length);
    assert.deepEqual([log.errors[0].code, log.errors[0].final], [code, final], `${code} ${reason}`);
    if (final) assert.equal(log.subscription.state, 'closed');
    log.subscription.close();
  }
});

test('auto: a WebSocket first, events where none gets through, and back', async () => {
  let sockets = 0;
  class BlockedSocket {
    constructor() {
      sockets++;
      queueMicrotask(() => this.onclose({ code: 1006, reason: '' }));
    }
    close() {}
  }
  serve(event(at(1), 1));
  const log = follow({ WebSocket: BlockedSocket });
  assert.equal(log.subscription.transport, 'websocket');
  await until(() => log.messages.length);
  assert.deepEqual([sockets, log.subscription.transport], [1, 'sse']);
  const requests = serve(503);
  follow({ WebSocket: BlockedSocket });
  await until(() => sockets > 4 && requests.length > 2);
  assert.equal(follow({ headers: { Authorization: 'x' }, WebSocket: BlockedSocket }).subscription.transport, 'sse');
  assert.equal(follow({ headers: { Authorization: 'x' }, ticket: () => 't', WebSocket: BlockedSocket }).subscription.transport, 'websocket');
  assert.equal(follow({ connection: new FakeConnection() }).subscription.transport, 'signalr');
});

test('each attempt takes a new ticket, and a refused one is not the end', async () => {
  const requests = serve(Response.json({ ticket: 't1', expiresIn: 30 }), 401, Response.json({ ticket: 't2', expiresIn: 30 }), event(at(1), 1));
  const log = follow({ transport: 'sse', ticket: 'http://stores.test/stores/_ticket', headers: { Authorization: 'x' } });
  await until(() => log.messages.length);
  assert.deepEqual(requests.map(({ url }) => url.replace('http://stores.test/stores/', '')), ['_ticket', 'orders?ticket=t1', '_ticket', 'orders?ticket=t2']);
  assert.deepEqual([requests[0].method, requests[0].body, requests[0].headers.Authorization], ['POST', '{"stores":["orders"],"transport":"sse"}', 'x']);
  serve(401);
  const refused = follow({ transport: 'sse', ticket: 'http://stores.test/stores/_ticket' });
  await until(() => refused.subscription.state === 'closed');
  const own = follow({ transport: 'websocket', WebSocket: FakeSocket, ticket: async ({ stores, transport }) => `${stores}.${transport}` });
  const made = FakeSocket.made.length;
  await until(() => FakeSocket.made.length > made);
  assert.equal(FakeSocket.last.url, 'ws://stores.test/stores/orders?ticket=orders.websocket&heartbeat=15000ms');
  own.subscription.close();
  assert.ok(FakeSocket.last.closed);
});

test('a reset is told; refill begins anew with what is kept', async () => {
  const reset = event(at(9), `{"reason":"expired","id":"${at(9)}"}`, 'tornadose.reset');
  serve(reset + event(at(10), 10));
  const plain = follow({ transport: 'sse', after: at(1) });
  await until(() => plain.messages.length && plain.subscription.state === 'live');
  assert.deepEqual(plain.resets, [{ store: 'orders', reason: 'expired', id: at(9) }]);
  assert.deepEqual(plain.states.map(({ state }) => state).filter(state => state !== 'replaying'), ['connecting', 'reset', 'live']);
  const requests = serve(reset + event(at(10), 'never'), event(at(8), 8) + event(at(9), 9));
  const refilled = follow({ transport: 'sse', after: at(1), refill: true });
  await until(() => refilled.messages.length === 2);
  assert.deepEqual([refilled.messages.map(message => message.data), refilled.resets.length, requests[1].url], [[8, 9], 1, `${site}/orders?from=earliest`]);
});

test('pause gives the connection up, resume goes on after the last id', async () => {
  const requests = serve(event(at(1), 1) + event(at(2), 2), event(at(2), 2));
  const log = follow({ transport: 'sse', onMessage: message => (log.messages.push(message), log.messages.length === 1 && log.subscription.pause()) });
  await until(() => log.subscription.state === 'paused');
  assert.deepEqual([log.messages.length, requests.length, requests[0].signal.aborted], [1, 1, true]);
  log.subscription.resume();
  await until(() => log.messages.length === 2);
  assert.equal(requests[1].url, `${site}/orders?after=${at(1)}`);
});

test('loops: messages and resets, the end, an error, and leaving', async () => {
  serve(event(at(1), 1) + event(at(2), '{"reason":"slow","id":"x"}', 'tornadose.reset') + event(at(3), 3));
  const { subscription } = follow({ transport: 'sse', onMessage: undefined });
  const items = [];
  for await (const item of subscription) if (items.push(item.reset?.reason ?? item.data) === 3) break;
  assert.deepEqual([items, subscription.state], [[1, 'slow', 3], 'closed']);
  serve(403);
  const refused = follow({ transport: 'sse', onMessage: undefined });
  await assert.rejects(async () => { for await (const _ of refused.subscription); }, { status: 403, final: true });
});

test('a slow loop leaves the rest to the server', async () => {
  const all = Array.from({ length: 2500 }, (_, index) => event(at(index + 1), index + 1));
  let asked = 0;
  globalThis.fetch = async (url, { signal }) => {
    asked++;
    const after = +(new URL(url).searchParams.get('after')?.split('-')[1] ?? 0);
    return new Response(new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(all.slice(after).join('')));
        signal.addEventListener('abort', () => controller.error(signal.reason));
      },
    }), { headers: { 'Content-Type': 'text/event-stream' } });
  };
  const { subscription } = follow({ transport: 'sse', onMessage: undefined });
  const numbers = [];
  for await (const { data } of subscription) if (numbers.push(data) === 2500) break;
  assert.deepEqual(numbers, all.map((_, index) => index + 1));
  assert.equal(asked, 3);
});

test('what a callback throws is reported, and the stream goes on', async () => {
  const runner = process.rawListeners('unhandledRejection'); // its listeners would fail the test
  const reported = [];
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', error => reported.push(error.message));
  serve(event(at(1), 1) + event(at(2), 2));
  follow({ transport: 'sse', onMessage: ({ data }) => { throw new Error(`bug ${data}`); } });
  await until(() => reported.length === 2);
  assert.deepEqual(reported, ['bug 1', 'bug 2']);
  process.removeAllListeners('unhandledRejection');
  runner.forEach(listener => process.on('unhandledRejection', listener));
});

test('a silent connection is replaced', async () => {
  const requests = serve([event(at(1), 1)], event(at(2), 2));
  const log = follow({ transport: 'sse', silence: 20 });
  await until(() => log.messages.length === 2);
  assert.equal(requests[1].url, `${site}/orders?after=${at(1)}`);
});

test('the network comes back, somebody looks: no more waiting', async () => {
  const listeners = {};
  globalThis.addEventListener = (type, listener, { signal }) => ((listeners[type] = listener), signal.addEventListener('abort', () => delete listeners[type]));
  globalThis.document = { hidden: true, baseURI: 'http://stores.test/', addEventListener: globalThis.addEventListener };
  try {
    const requests = serve(503, 503, event(at(1), 1), event(at(2), 2));
    const log = follow({ transport: 'sse', minDelay: 1e8, maxDelay: 1e9 });
    await until(() => log.subscription.state === 'reconnecting');
    listeners.visibilitychange({ type: 'visibilitychange' });
    document.hidden = false;
    assert.equal(requests.length, 1);
    listeners.visibilitychange({ type: 'visibilitychange' });
    await until(() => requests.length === 2 && log.subscription.state === 'reconnecting');
    listeners.online({ type: 'online' });
    await until(() => log.messages.length === 1);
    listeners.online({ type: 'online' }); // the connection may have died with the old network
    await until(() => log.messages.length === 2);
    log.subscription.close();
    assert.deepEqual(Object.keys(listeners), []);
  } finally {
    delete globalThis.addEventListener;
    delete globalThis.document;
  }
});

test('the hub: handlers are shared, a second subscription of a store is a stream', async () => {
  const connection = new FakeConnection();
  const first = follow({ connection }), other = follow({ connection, store: 'weather' });
  await until(() => connection.calls.length === 2);
  const second = follow({ connection, after: at(5) });
  await until(() => connection.calls.length === 3);
  assert.deepEqual(connection.calls, [['Resume', 'orders', null], ['Resume', 'weather', null], ['WatchAfter', 'orders', at(5)]]);
  assert.deepEqual(Object.values(connection.handlers).map(handlers => handlers.length), [1, 1, 1]);
  connection.send('Message', 'orders', { id: at(6), data: 'a' });
  connection.send('Message', 'constructor', { id: at(6), data: 'nobody' });
  connection.watcher.next({ id: at(6), data: 'a' });
  connection.send('Reset', 'weather', { reason: 'epoch', id: at(1, 'f') });
  assert.deepEqual([first.messages.length, second.messages.length, other.resets], [1, 1, [{ store: 'weather', reason: 'epoch', id: at(1, 'f') }]]);
  first.subscription.close();
  second.subscription.close();
  await until(() => connection.calls.length === 5);
  assert.deepEqual(connection.calls.slice(3), [['Unsubscribe', 'orders'], ['dispose']]);
});

test('the hub: a lost connection is awaited, and subscribed to again', async () => {
  const connection = new FakeConnection();
  connection.state = 'Disconnected';
  const log = follow({ connection, store: undefined, stores: ['a', 'b'], after: `${at(1, 'a')}-${at(2, 'b')}` });
  await new Promise(resolve => setTimeout(resolve, 1));
  assert.equal(connection.calls.length, 0);
  connection.state = 'Connected';
  await until(() => connection.calls.length === 2);
  assert.deepEqual(connection.calls, [['Resume', 'a', at(1, 'a')], ['Resume', 'b', at(2, 'b')]]);
  await until(() => log.subscription.state === 'live');
  connection.send('Message', 'b', { id: at(3, 'b'), data: 1 });
  connection.send('Message', 'b', { id: at(3, 'b'), data: 1 });
  assert.deepEqual(log.messages.map(({ store, id }) => [store, id]), [['b', `${at(0)}-${at(3, 'b')}`]]);
  connection.state = 'Reconnecting';
  connection.ends.forEach(end => end());
  await until(() => log.subscription.state === 'reconnecting');
  connection.state = 'Connected';
  await until(() => connection.calls.length === 4);
  assert.deepEqual(connection.calls.slice(2), [['Resume', 'a', at(0)], ['Resume', 'b', at(3, 'b')]]);
});

test('the hub: a reset that comes before the answer to Resume, and its refill', async () => {
  const connection = new FakeConnection();
  connection.invoke = async (method, ...args) => {
    connection.calls.push([method, ...args]);
    if (method === 'Resume' && args[1] === at(9, 'old')) connection.send('Reset', 'orders', { reason: 'epoch', id: at(2) });
    return at(2);
  };
  const requests = serve(Response.json({ id: at(2), stores: [{ store: 'orders', id: at(2), messages: [{ id: at(1), data: 1 }, { id: at(2), data: 2 }] }] }));
  const log = follow({ connection, after: at(9, 'old'), refill: true });
  await until(() => log.messages.length === 2 && log.subscription.state === 'live');
  assert.deepEqual(connection.calls, [['Resume', 'orders', at(9, 'old')], ['Unsubscribe', 'orders'], ['Resume', 'orders', at(2)]]);
  assert.deepEqual([requests.map(({ url }) => url), log.resets.length, log.subscription.id], [[`${site}?store=orders`], 1, at(2)]);
});

test('the hub: what it refuses is tried again', async () => {
  const connection = new FakeConnection();
  const invoke = connection.invoke;
  connection.invoke = (method, ...args) => method === 'Resume' && !log.errors.length ? Promise.reject(new Error('no')) : invoke.call(connection, method, ...args);
  const log = follow({ connection });
  await until(() => log.subscription.state === 'live');
  assert.deepEqual([log.errors.map(error => error.message), connection.calls], [['no'], [['Unsubscribe', 'orders'], ['Resume', 'orders', null]]]);
});

test('sse: a store and an event type come apart where names have slashes', async () => {
  serve(`id: 1\nevent: a/b\nstore: a\ndata: 1\n\nid: 2\nevent: a/b\ndata: 2\n\n`);
  const log = follow({ store: undefined, stores: ['a', 'a/b'], transport: 'sse' });
  await until(() => log.messages.length === 2);
  assert.deepEqual(log.messages.map(({ store, event, data }) => [store, event, data]), [['a', 'b', 1], ['a/b', undefined, 2]]);
});

test('R0: a snapshot that is empty, or none, is not the end of a subscription over SignalR', async () => {
  for (const body of ['', '<html>', '{"id":"x"}', '{"id":"x","stores":[]}']) {
    const connection = new FakeConnection();
    const requests = serve(new Response(body));
    const log = follow({ connection, from: 'earliest' });
    await until(() => log.subscription.state === 'live');
    assert.deepEqual([requests.length, log.errors.length, connection.calls], [2, 2, [['Resume', 'orders', null]]]);
    assert.match(log.errors[0].message, body ? /cannot be read/ : /is empty/);
    assert.deepEqual(log.resets, [{ store: 'orders', reason: 'unknown', id: at(0) }]); // the old messages are missing
    connection.send('Message', 'orders', { id: at(1), data: 'now' });
    assert.deepEqual(log.messages.map(message => message.data), ['now']);
    log.subscription.close();
  }
  const connection = new FakeConnection();
  const requests = serve(503, new Error('no network'), Response.json({ stores: [{ id: at(1), messages: [{ id: at(1), data: 1 }] }] }));
  const log = follow({ connection, from: 'earliest' });
  await until(() => log.messages.length === 1);
  assert.deepEqual([requests.length, log.resets.length], [3, 0]);
  serve(403);
  const refused = follow({ connection, from: 'earliest' });
  await until(() => refused.subscription.state === 'closed');
  assert.equal(refused.errors[0].status, 403);
});

test('R11: a WebSocket asks for a heartbeat, and is replaced when there is none', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const log = follow({ transport: 'websocket', WebSocket: FakeSocket, silence: 8000, minDelay: 1000 });
  await tick(t, 1);
  const socket = FakeSocket.last;
  assert.match(socket.url, /heartbeat=2000ms/);
  socket.onopen();
  for (let second = 0; second < 30; second++) {
    await tick(t, 1000);
    socket.onmessage({ data: '{}' });
  }
  assert.deepEqual([socket.closed, log.messages.length, log.subscription.state], [undefined, 0, 'live']);
  await tick(t, 8000);
  assert.deepEqual([socket.closed, log.errors.length, log.subscription.state], [true, 1, 'reconnecting']);
  await tick(t, 5000);
  assert.notEqual(FakeSocket.last, socket);
  // A socket without any message may be receiving a large one over a slow network: the next one gets more time.
  FakeSocket.last.onopen();
  await tick(t, 8001);
  await tick(t, 5000);
  const patient = FakeSocket.last;
  patient.onopen();
  await tick(t, 15_000);
  assert.equal(patient.closed, undefined);
});

test('R12: a connection that is never answered makes way for the other transport', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  serve(event(at(1), 1));
  const log = follow({ WebSocket: FakeSocket });
  await tick(t, 1);
  assert.equal(log.subscription.state, 'connecting');
  await tick(t, 6000);
  assert.deepEqual([FakeSocket.last.closed, log.errors.length], [true, 1]);
  await tick(t, 10_000);
  assert.deepEqual([log.subscription.transport, log.messages.length], ['sse', 1]);
});

for (const [what, options] of Object.entries({
  'a request': { transport: 'sse' },
  'a function for tickets': { transport: 'sse', ticket: () => new Promise(() => {}) },
  'a function for headers': { transport: 'sse', headers: () => new Promise(() => {}) },
  'a WebSocket': { transport: 'websocket', WebSocket: FakeSocket },
  'a call of the hub': { connection: Object.assign(new FakeConnection(), { invoke: () => new Promise(() => {}) }) },
}))
  test(`R12: ${what} without an answer fails in time, and later with more patience`, async t => {
    t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    globalThis.fetch = () => new Promise(() => {});
    const log = follow({ connectTimeout: 1000, ...options });
    await tick(t, 1001);
    assert.equal(log.errors.length, 1);
    await tick(t, 10);
    assert.equal(log.subscription.state, 'connecting');
    await tick(t, 1500);
    assert.equal(log.errors.length, 1);
    await tick(t, 500);
    assert.equal(log.errors.length, 2);
    log.subscription.close();
    assert.equal(log.subscription.state, 'closed');
  });

test('R13: the reset of one store leaves the others where they are', async () => {
  const vector = (cpu, chat) => `${at(cpu, 'a')}-${at(chat, 'b')}`;
  const reset = `event: tornadose.reset\ndata: {"store":"cpu","reason":"expired","id":"${vector(9, 2)}"}\n\n`;
  const requests = serve(
    event(vector(1, 1), 1, 'cpu') + event(vector(1, 2), 'hi', 'chat') + reset + event(vector(10, 2), 'comes again', 'cpu') + event(vector(10, 3), 'you', 'chat'),
    event(vector(9, 3), 9, 'cpu') + event(vector(10, 3), 10, 'cpu') + event(vector(10, 3), 'twice', 'chat'));
  const log = follow({ store: undefined, stores: ['cpu', 'chat'], from: 'earliest', transport: 'sse' });
  await until(() => log.messages.length === 5);
  assert.deepEqual(requests.map(({ url }) => new URL(url).search), ['?store=cpu&store=chat&from=earliest', `?store=cpu&store=chat&after=${at(3, 'b')}&from=earliest`]);
  assert.deepEqual(log.messages.map(({ store, data }) => [store, data]), [['cpu', 1], ['chat', 'hi'], ['chat', 'you'], ['cpu', 9], ['cpu', 10]]);
  assert.deepEqual([log.resets, log.subscription.id], [[{ store: 'cpu', reason: 'expired', id: vector(9, 2) }], vector(10, 3)]);
});

test('R13: resets of several stores begin both anew, with one request', async () => {
  const vector = (cpu, chat) => `${at(cpu, 'a')}-${at(chat, 'b')}`;
  const reset = store => `event: tornadose.reset\ndata: {"store":"${store}","reason":"epoch","id":"${vector(2, 2)}"}\n\n`;
  const requests = serve(reset('cpu') + reset('chat'), event(vector(1, 0), 1, 'cpu') + event(vector(1, 1), 1, 'chat'));
  const log = follow({ store: undefined, stores: ['cpu', 'chat'], after: vector(7, 7), refill: true, transport: 'sse' });
  await until(() => log.messages.length === 2);
  assert.deepEqual([requests.length, new URL(requests[1].url).search, log.resets.length], [2, '?store=cpu&store=chat&from=earliest', 2]);
});

test('R13: over SignalR the reset of one store leaves the others where they are', async () => {
  const connection = new FakeConnection();
  const requests = serve(Response.json({ stores: [{ id: at(9, 'a'), messages: [{ id: at(9, 'a'), data: 9 }] }] }));
  const log = follow({ connection, store: undefined, stores: ['cpu', 'chat'], after: `${at(1, 'a')}-${at(1, 'b')}`, refill: true });
  await until(() => connection.calls.length === 2);
  connection.send('Message', 'chat', { id: at(2, 'b'), data: 'hi' });
  connection.send('Reset', 'cpu', { reason: 'expired', id: at(9, 'a') });
  await until(() => connection.calls.length === 6);
  assert.deepEqual(connection.calls.slice(4), [['Resume', 'cpu', at(9, 'a')], ['Resume', 'chat', at(2, 'b')]]);
  assert.deepEqual([requests.map(({ url }) => url), log.messages.map(message => message.data)], [[`${site}?store=cpu`], ['hi', 9]]);
});

test('R14: a query, a slash at the end, a fragment, another scheme', async () => {
  for (const [url, one, several] of [
    ['http://h.test/stores?tenant=acme', 'http://h.test/stores/orders?tenant=acme', 'http://h.test/stores?tenant=acme&store=a&store=b'],
    ['http://h.test/stores/?tenant=a%26b#top', 'http://h.test/stores/orders?tenant=a%26b', 'http://h.test/stores?tenant=a%26b&store=a&store=b'],
    ['http://h.test', 'http://h.test/orders', 'http://h.test/?store=a&store=b'],
    ['wss://h.test/stores//', 'https://h.test/stores/orders', 'https://h.test/stores?store=a&store=b'],
  ]) {
    const requests = serve(event(at(1), 1));
    const first = follow({ transport: 'sse' }, url);
    await until(() => first.messages.length);
    follow({ transport: 'sse', store: undefined, stores: ['a', 'b'] }, url);
    await until(() => requests.length === 2);
    assert.deepEqual(requests.map(request => request.url), [one, several]);
    follow({ transport: 'websocket', WebSocket: FakeSocket, silence: 0 }, url);
    await until(() => FakeSocket.last.url === one.replace('http', 'ws'));
  }
  assert.throws(() => subscribe('/stores', { store: 'orders' }), TypeError); // without a page there is no base URL
});

test('R24: final refusals of the hub are final, others are not', async () => {
  const words = 'An unexpected error occurred invoking \'Resume\' on the server. HubException: ';
  for (const [code, status] of [['unauthorized', 401], ['forbidden', 403], ['not-found', 404], ['invalid', 400]]) {
    const connection = Object.assign(new FakeConnection(), { invoke: () => Promise.reject(new Error(`${words}[${code}] No.`)) });
    const log = follow({ connection });
    await until(() => log.subscription.state === 'closed');
    assert.deepEqual([log.errors.length, log.errors[0].code, log.errors[0].status, log.errors[0].final], [1, code, status, true]);
    await assert.rejects(async () => { for await (const _ of log.subscription); }, { code });
  }
  for (const code of ['unavailable', 'rate-limited', 'something-new']) {
    const connection = new FakeConnection();
    const log = follow({ connection });
    connection.invoke = () => (delete connection.invoke, Promise.reject(new Error(`${words}[${code}] Later.`)));
    await until(() => log.subscription.state === 'live');
    assert.deepEqual([log.errors.length, !!log.errors[0].final], [1, false]);
  }
  const connection = new FakeConnection(); // a store that existed before
  const log = follow({ connection });
  await until(() => log.subscription.state === 'live');
  connection.invoke = async method => {
    if (method !== 'Resume') return;
    delete connection.invoke;
    throw new Error(`${words}[not-found] No.`);
  };
  connection.ends.forEach(end => end());
  await until(() => log.errors.length);
  await until(() => log.subscription.state === 'live');
});

test('R24: a refused WebSocket asks why, where no other transport would', async () => {
  class RefusedSocket {
    constructor() { queueMicrotask(() => this.onclose({ code: 1006, reason: '' })); }
    close() {}
  }
  const requests = serve(503, 403);
  const log = follow({ transport: 'websocket', WebSocket: RefusedSocket });
  await until(() => log.subscription.state === 'closed');
  assert.deepEqual([log.errors.map(error => error.status), log.errors[1].final, requests[0].method], [[503, 403], true, 'HEAD']);
});

test('R24: a stream of the hub that ends by itself has ended for good', async () => {
  const connection = new FakeConnection();
  const log = follow({ connection, json: false });
  await until(() => connection.watcher);
  connection.watcher.complete();
  await until(() => log.subscription.state === 'closed');
  assert.equal(log.errors[0].final, true);
});

test('a server that closes at once is left alone for longer each time', async () => {
  const requests = serve(['retry: 4\n\n' + event(at(1), 1), END]);
  const log = follow({ transport: 'sse', maxDelay: 64 });
  await until(() => requests.length > 6);
  const waits = log.states.filter(({ state }) => state === 'reconnecting').map(status => status.in);
  [4, 8, 16, 32, 64].forEach((wait, index) => assert.ok(waits[index] >= wait && waits[index] <= wait * 1.5, `${waits}`));
});

test('a connection that lasted begins with a short wait again', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const log = follow({ transport: 'websocket', WebSocket: FakeSocket, minDelay: 100, maxDelay: 1e6 });
  const waits = () => log.states.filter(({ state }) => state === 'reconnecting').map(status => status.in);
  for (let round = 0; round < 3; round++) {
    await tick(t, 2000);
    FakeSocket.last.onopen();
    FakeSocket.last.onclose({ code: 1012, reason: '' });
  }
  await tick(t, 2000);
  assert.ok(waits()[2] >= 400, `${waits()}`);
  FakeSocket.last.onopen();
  await tick(t, 6000);
  FakeSocket.last.onmessage({ data: '{}' });
  FakeSocket.last.onclose({ code: 1012, reason: '' });
  await tick(t, 1);
  assert.ok(waits()[3] <= 150, `${waits()}`);
});

test('Retry-After: seconds and dates, longer than the longest wait, and nobody hurries', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.UTC(2030, 0, 1) });
  const listeners = {};
  globalThis.addEventListener = (type, listener) => listeners[type] = listener;
  try {
    for (const [value, least, most] of [['120', 120_000, 180_000], ['Tue, 01 Jan 2030 00:02:00 GMT', 100_000, 180_000], ['Mon, 01 Jan 2029 00:00:00 GMT', 1, 2], ['soon', 1, 2], ['-5', 1, 2], ['99999999999', 2 ** 31 - 1, 2 ** 31 - 1]])
      for (const status of [408, 425, 429, 503]) {
        const requests = serve(new Response('', { status, headers: { 'Retry-After': value } }));
        const log = follow({ transport: 'sse' });
        await tick(t, 0);
        const wait = log.states.at(-1).in;
        assert.ok(wait >= least && wait <= most, `${value}: ${wait}`);
        if (least > 2) {
          listeners.online();
          await tick(t, 5);
          assert.equal(requests.length, 1);
        }
        log.subscription.close();
      }
  } finally {
    delete globalThis.addEventListener;
  }
});

test('a bad retry: is no pace, and no wait is longer than timers can be', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  serve(['retry: soon\n\nretry: -1\n\nretry:\n\n', END]);
  const log = follow({ transport: 'sse', minDelay: 1000, maxDelay: Infinity });
  await tick(t, 0);
  assert.ok(log.states.at(-1).in >= 1000);
  serve(['retry: 99999999999999999999\n\n', END]);
  const slow = follow({ transport: 'sse', maxDelay: Infinity, silence: Infinity, connectTimeout: 2 ** 40 });
  await tick(t, 0);
  assert.deepEqual([slow.states.at(-1).state, slow.states.at(-1).in], ['reconnecting', 2 ** 31 - 1]);
});

test('options that make no sense are told at once', () => {
  for (const bad of [{ minDelay: NaN }, { maxDelay: -1 }, { silence: 'long' }, { connectTimeout: NaN }]) assert.throws(() => follow(bad), RangeError);
  for (const bad of [{ store: '' }, { store: undefined, stores: [] }, { store: undefined, stores: ['a', ''] }]) assert.throws(() => follow(bad), TypeError);
});

test('functions that throw are failed attempts', async () => {
  for (const name of ['ticket', 'headers']) {
    const requests = serve(event(at(1), 1));
    let asked = 0;
    const log = follow({ transport: 'sse', [name]: () => { if (!asked++) throw new Error('not yet'); return name === 'ticket' ? 't' : {}; } });
    await until(() => log.messages.length);
    assert.deepEqual([asked, requests.length, log.errors.map(error => error.message)], [2, 1, ['not yet']]);
  }
});

test('nothing is left behind after close(), whenever it comes', async t => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  for (const state of ['connecting', 'replaying', 'live', 'reconnecting', 'paused', 'reset', 'closed']) {
    let calls = 0;
    globalThis.fetch = async (url, { signal }) => {
      calls++;
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(event(at(1), `{"reason":"slow","id":"${at(1)}"}`, 'tornadose.reset') + event(at(2), 1)));
          signal.addEventListener('abort', () => controller.error(signal.reason));
          setTimeout(() => { try { controller.close(); } catch { /* closed */ } }, 3000);
        },
      });
      return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
    };
    const log = follow({ transport: 'sse', from: 'earliest', refill: false, onState: status => { log.states.push(status.state); if (status.state === state) log.subscription.close(); } });
    if (state === 'closed') log.subscription.close();
    for (let turn = 0; turn < 20; turn++) await tick(t, 250);
    if (state === 'paused') log.subscription.pause();
    await tick(t, 0);
    assert.deepEqual([log.subscription.state, log.states.at(-1), log.states.filter(each => each === 'closed').length], ['closed', 'closed', 1], state);
    const before = calls;
    await tick(t, 1e6);
    assert.equal(calls, before, state);
  }
});

test('pause and resume at any moment', async () => {
  const requests = serve(event(at(1), 1), event(at(2), 2));
  const log = follow({ transport: 'sse' });
  log.subscription.pause();
  log.subscription.pause();
  log.subscription.resume();
  log.subscription.resume();
  await until(() => log.messages.length === 1);
  log.subscription.pause();
  log.subscription.resume();
  await until(() => log.messages.length === 2);
  assert.equal(requests.length, 2);
  const waiting = serve(503, event(at(3), 3));
  const later = follow({ transport: 'sse', minDelay: 1e8, maxDelay: 1e8 });
  await until(() => later.subscription.state === 'reconnecting');
  later.subscription.resume(); // not paused: the wait continues
  await new Promise(resolve => setTimeout(resolve, 5));
  assert.equal(waiting.length, 1);
  later.subscription.pause();
  await new Promise(resolve => setTimeout(resolve, 5));
  assert.equal(waiting.length, 1);
  later.subscription.resume();
  await until(() => later.messages.length === 1);
  later.subscription.close();
  later.subscription.pause();
  assert.equal(later.subscription.state, 'closed');
});

test('last with a reset: the reset is told, what is new follows', async () => {
  const requests = serve(event(at(1), 1) + event(at(5), `{"reason":"slow","id":"${at(5)}"}`, 'tornadose.reset') + event(at(6), 6), event(at(7), 7));
  const log = follow({ transport: 'sse', last: 1 });
  await until(() => log.messages.length === 2);
  log.subscription.pause();
  log.subscription.resume();
  await until(() => log.messages.length === 3);
  assert.deepEqual(requests.map(({ url }) => new URL(url).search), ['?last=1', `?after=${at(6)}`]);
});

test('several stores, one of which there is not: the refusal of all', async () => {
  serve(404);
  const log = follow({ store: undefined, stores: ['orders', 'nowhere'], transport: 'sse' });
  await until(() => log.subscription.state === 'closed');
  assert.equal(log.errors[0].status, 404);
});

test('a frame that is no JSON ends the connection, and not the subscription', async () => {
  const log = follow({ transport: 'websocket', WebSocket: FakeSocket });
  const before = FakeSocket.made.length;
  await until(() => FakeSocket.made.length > before);
  FakeSocket.last.onopen();
  FakeSocket.last.onmessage({ data: '<html>' });
  await until(() => FakeSocket.made.length > before + 1);
  assert.match(log.errors[0].message, /Not from a store/);
});

test('load: position first, then the state, then what came meanwhile; again after a reset', async () => {
  const loads = [];
  let controller;
  globalThis.fetch = async (url, { signal }) => new Response(new ReadableStream({
    start(own) {
      controller = own;
      signal.addEventListener('abort', () => own.error(signal.reason));
    },
  }), { headers: { 'Content-Type': 'text/event-stream' } });
  const send = text => controller.enqueue(new TextEncoder().encode(text));
  const log = follow({
    transport: 'sse',
    load: request => new Promise((resolve, reject) => loads.push({ ...request, resolve, reject })),
  });
  await until(() => loads.length === 1);
  send(event(at(1), 1) + event(at(2), 2));
  await until(() => log.subscription.id === at(2));
  assert.deepEqual([log.messages.length, loads[0].reset], [0, undefined]);
  loads[0].reject(new Error('not yet'));
  await until(() => loads.length === 2);
  assert.deepEqual([log.messages.length, log.errors.map(error => error.message)], [0, ['not yet']]);
  loads[1].resolve();
  await until(() => log.messages.length === 2);
  send(event(at(3), 3));
  await until(() => log.messages.length === 3);
  send(event(at(9), `{"reason":"slow","id":"${at(9)}"}`, 'tornadose.reset') + event(at(10), 10));
  await until(() => loads.length === 3);
  assert.deepEqual([log.resets.length, log.messages.length, loads[2].reset.reason], [1, 3, 'slow']);
  send(event(at(20), `{"reason":"slow","id":"${at(20)}"}`, 'tornadose.reset') + event(at(21), 21)); // supersedes the previous load
  await until(() => loads.length === 4);
  assert.equal(loads[2].signal.aborted, true);
  loads[2].resolve();
  loads[3].resolve();
  await until(() => log.messages.length === 4);
  assert.deepEqual(log.messages.map(message => message.data), [1, 2, 3, 21]);
});

test('load: a connection that is lost before the first id makes another necessary, an id does not', async () => {
  const requests = serve([':\n\n', END], [event(at(1), 1), END], event(at(2), 2));
  let loads = 0;
  const log = follow({ transport: 'sse', load: () => { loads++; } });
  await until(() => log.messages.length === 2);
  assert.deepEqual([requests.length, loads], [3, 2]);
  serve(event(at(5), 5));
  const kept = follow({ transport: 'sse', after: at(4), load: () => assert.fail('the page has its state') });
  await until(() => kept.messages.length === 1);
});

test('load: over SignalR what comes before the state is held back as well', async () => {
  const connection = new FakeConnection();
  connection.invoke = async (method, store) => {
    if (method === 'Resume') connection.send('Message', store, { id: at(1), data: 'early' });
    return at(0);
  };
  let loaded;
  const log = follow({ connection, load: () => new Promise(resolve => loaded = resolve) });
  await until(() => loaded);
  assert.equal(log.messages.length, 0);
  loaded();
  await until(() => log.messages.length === 1);
});

test('publish: text and JSON, and the same key for each try', async () => {
  const requests = serve(new TypeError('no network'), new Response('', { status: 503, headers: { 'Retry-After': 'Mon, 01 Jan 2001 00:00:00 GMT' } }), Response.json({ id: at(1) }));
  assert.equal(await publish(`${site}?tenant=acme`, 'orders', { n: 1 }, { event: 'placed', headers: async () => ({ Authorization: 'Bearer x' }) }), at(1));
  assert.deepEqual(requests.map(({ url, method, body, headers }) => [url, method, body, headers['Content-Type'], headers.Authorization]),
    Array(3).fill([`${site}/orders?tenant=acme&event=placed`, 'POST', '{"n":1}', 'application/json', 'Bearer x']));
  assert.match(requests[0].headers['Idempotency-Key'], /^[0-9a-f]{32}$/);
  assert.equal(new Set(requests.map(({ headers }) => headers['Idempotency-Key'])).size, 1);
  const more = serve(Response.json({ id: at(2) }));
  await publish(site, 'orders', '42', { key: 'order-17' });
  await publish(site, 'orders', '42', { json: true });
  assert.deepEqual(more.map(({ body, headers }) => [body, headers['Content-Type']]), [['42', 'text/plain'], ['"42"', 'application/json']]);
  assert.equal(more[0].headers['Idempotency-Key'], 'order-17');
});

test('publish: refusals are told at once, an abort and a time-out end it', async () => {
  for (const status of [400, 401, 403, 404, 413, 415]) {
    const requests = serve(status);
    await assert.rejects(publish(site, 'orders', 1), { status, final: true });
    assert.equal(requests.length, 1);
  }
  serve(503);
  await assert.rejects(publish(site, 'orders', 1, { timeout: 0 }), { status: 503 });
  const answered = serve(Response.json({ id: at(1) }));
  await assert.rejects(publish(site, 'orders', 1, { signal: AbortSignal.abort(new Error('too late')) }), { message: 'too late' });
  assert.equal(answered.length, 0);
  const controller = new AbortController();
  globalThis.fetch = () => new Promise(() => {});
  const hanging = publish(site, 'orders', 1, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await assert.rejects(hanging, { message: 'enough' });
  await assert.rejects(publish(site, 'orders', 1, { timeout: 1 }), { message: 'No answer in time' });
  await assert.rejects(publish(site, 'orders', undefined), TypeError);
});

test('bad calls are told at once', () => {
  assert.throws(() => subscribe(site, {}), TypeError);
  assert.throws(() => subscribe(site, { store: 'a', transport: 'signalr' }), TypeError);
});

test('an end: sse', async () => {
  const requests = serve([event(at(1), 'last'), event(at(2), `{"id":"${at(2)}"}`, 'tornadose.end'), END]);
  const log = follow({ transport: 'sse' });
  const read = (async () => { for await (const item of log.subscription) if (item.reset) assert.fail('a reset'); })();
  await until(() => log.subscription.state === 'completed');
  await read;
  assert.deepEqual([log.messages.length, log.ends, log.errors.length, requests.length], [1, [{ store: 'orders', id: at(2) }], 0, 1]);
  assert.equal(log.subscription.id, at(2));
});

test('an end: 204 to who has an id, and not to who was dismissed', async () => {
  serve(204);
  const complete = follow({ transport: 'sse', after: at(2) });
  await until(() => complete.subscription.state === 'completed');
  assert.equal(complete.errors.length, 0);
  const dismissed = follow({ transport: 'sse', after: 'closed' });
  await until(() => dismissed.subscription.state === 'closed');
});

test('an end: websocket, a frame or only the close', async () => {
  for (const frames of [[`{"end":{"id":"${at(2)}"}}`], []]) {
    FakeSocket.made = [];
    const log = follow({ transport: 'websocket', WebSocket: FakeSocket, after: at(1) });
    await until(() => FakeSocket.last?.onopen && log.subscription.state === 'connecting');
    const socket = FakeSocket.last;
    socket.onopen();
    for (const data of frames) socket.onmessage({ data });
    socket.onclose({ code: 1000, reason: 'completed' });
    await until(() => log.subscription.state === 'completed');
    assert.equal(log.ends.length, frames.length);
  }
});

test('an end: the hub, of several stores the others go on', async () => {
  const connection = new FakeConnection();
  const log = follow({ connection, store: undefined, stores: ['a', 'b'] });
  await until(() => connection.calls.length === 2);
  connection.send('Ended', 'a', { id: at(1, 'a') });
  connection.send('Message', 'b', { id: at(1, 'b'), data: 1 });
  assert.equal(log.subscription.state === 'completed', false);
  connection.send('Ended', 'b', { id: at(2, 'b') });
  await until(() => log.subscription.state === 'completed');
  assert.deepEqual([log.ends.map(end => end.store), log.messages.length], [['a', 'b'], 1]);
});

test('an end: what is being loaded is waited for', async () => {
  serve([event(at(1), 'held'), event(at(2), `{"id":"${at(2)}"}`, 'tornadose.end'), END]);
  let loaded;
  const log = follow({ transport: 'sse', load: () => new Promise(resolve => loaded = resolve) });
  await until(() => log.ends.length === 1);
  assert.deepEqual([log.messages.length, log.subscription.state === 'completed'], [0, false]);
  loaded();
  await until(() => log.subscription.state === 'completed');
  assert.equal(log.messages.length, 1);
});

test('publishMany: a line each', async () => {
  const requests = serve(new Response('{"id":"i"}', { headers: { 'Content-Type': 'application/json' } }));
  assert.equal(await publishMany(site, 'orders', [{ data: 'text' }, { data: { a: 1 }, event: 'tick' }], { event: 'all', key: 'k' }), 'i');
  assert.equal(requests[0].body, '{"data":"text"}\n{"event":"tick","data":{"a":1}}');
  assert.deepEqual([requests[0].headers['Content-Type'], requests[0].headers['Idempotency-Key']], ['application/x-ndjson', 'k']);
  assert.match(requests[0].url, /event=all/);
  await assert.rejects(publishMany(site, 'orders', [{ data: undefined }]), TypeError);
});

/** Follows a keyed store, and records the callbacks: `+a=1` for an insert, `a=2` for an update, `-a` for a delete, `ready`, `reset`. */
function followKeys(options) {
  const words = [];
  const word = { insert: ({ key, value }) => `+${key}=${value}`, update: ({ key, value }) => `${key}=${value}`, delete: ({ key, value }) => `-${key}=${value}`, ready: () => 'ready' };
  const followed = followEntries(site, {
    store: 'devices', minDelay: 1, maxDelay: 5,
    onChange: change => words.push(word[change.operation](change)), onReset: () => words.push('reset'), ...options,
  });
  open.push(followed);
  return Object.assign(followed, { words });
}

const beginning = at(0);
const keyed = {
  set: (offset, key, value, operation = 'insert') => event(at(offset), JSON.stringify({ type: 'devices', key, value, headers: { operation } })),
  remove: (offset, key) => event(at(offset), JSON.stringify({ type: 'devices', key, headers: { operation: 'delete' } })),
  control: (control, id) => event(id, JSON.stringify({ headers: { control, offset: id } })),
  reset: event(beginning, JSON.stringify({ reason: 'expired', id: beginning }), 'tornadose.reset'),
};

test('entries: the Map is the store, in order of last change', async () => {
  const { set, remove, control } = keyed;
  serve(control('snapshot-start', beginning) + set(3, 'a', 1) + set(4, 'b', 2) + control('snapshot-end', at(4))
    + set(5, 'a', 3, 'update') + remove(6, 'b') + remove(7, 'none') + set(8, 'c', 4) + set(9, 'a', 5, 'insert'));
  const followed = followKeys({ transport: 'sse' });
  assert.equal(followed.isReady, false);
  await until(() => followed.entries.get('a') === 5);
  assert.deepEqual([...followed.entries], [['c', 4], ['a', 5]]);
  assert.deepEqual(followed.words, ['+a=1', '+b=2', 'ready', 'a=3', '-b=2', '+c=4', 'a=5']);
  assert.deepEqual([followed.isReady, followed.id, followed.transport], [true, at(9), 'sse']);
});

test('entries: after a reset the Map keeps what it has until the snapshot is complete, however often the connection breaks', async () => {
  const { set, control, reset } = keyed;
  const requests = serve(
    [control('snapshot-start', beginning) + set(1, 'goes', 1) + set(2, 'stays', 2) + control('snapshot-end', at(2)), END],
    [reset + control('reset', beginning) + control('snapshot-start', beginning), END],
    [control('reset', beginning) + control('snapshot-start', beginning) + set(9, 'new', 3), END],
    set(10, 'stays', 4) + control('snapshot-end', at(10)));
  const followed = followKeys({ transport: 'sse' });
  await until(() => followed.words.at(-1) === 'ready' && followed.words.length > 4);
  assert.deepEqual(followed.words, ['+goes=1', '+stays=2', 'ready', 'reset', '+new=3', 'stays=4', '-goes=1', 'ready']);
  assert.deepEqual([...followed.entries], [['new', 3], ['stays', 4]]);
  assert.deepEqual(requests.map(({ url }) => new URL(url).searchParams.get('after')), [null, at(2), beginning, at(9)]);
});

test('entries: a store that is cleared empties the Map at once, and in the middle of a snapshot at its end', async () => {
  const { set, control } = keyed;
  serve(control('snapshot-start', beginning) + set(1, 'a', 1) + control('reset', at(2)) + set(3, 'b', 2) + control('snapshot-end', at(3)) + control('reset', at(4)));
  const followed = followKeys({ transport: 'sse' });
  await until(() => followed.words.length === 5);
  assert.deepEqual([followed.words, followed.entries.size, followed.isReady], [['+a=1', '+b=2', '-a=1', 'ready', '-b=2'], 0, true]);
});

test('entries: over the hub, with a value that is null', async () => {
  const connection = new FakeConnection();
  const followed = followKeys({ connection });
  await until(() => connection.calls.length);
  const give = (offset, data) => connection.send('Message', 'devices', { id: at(offset), data });
  give(0, { headers: { control: 'snapshot-start', offset: at(0) } });
  give(1, { type: 'devices', key: 'a', value: null, headers: { operation: 'insert' } });
  give(1, { headers: { control: 'snapshot-end', offset: at(1) } });
  await until(() => followed.isReady);
  assert.deepEqual([connection.calls[0], [...followed.entries], followed.words], [['Resume', 'devices', null], [['a', null]], ['+a=null', 'ready']]);
});

test('entries: a store that is no keyed store ends it with an error', async () => {
  serve(event(at(1), '{"load":1}'));
  const errors = [];
  const followed = followKeys({ transport: 'sse', onError: error => errors.push(error) });
  await until(() => followed.state === 'closed');
  assert.deepEqual(errors.map(({ message, final }) => [message, final]), [["'devices' is no keyed store", true]]);
});

test('entries: options that make no sense, and those of subscribe that have no place here', async () => {
  assert.throws(() => followEntries(site, {}), TypeError);
  assert.throws(() => followEntries(site, { store: 'devices', every: 1 }), RangeError);
  const requests = serve(keyed.control('snapshot-start', beginning));
  followKeys({ transport: 'sse', after: at(1), from: 'earliest', last: 3, every: 500 });
  await until(() => requests.length);
  assert.equal(requests[0].url, `${site}/devices?every=500ms`);
});

test('a subscription of a keyed store gets the marks of its snapshots, whose ids came before', async () => {
  const { set, control } = keyed;
  serve([control('snapshot-start', beginning) + set(1, 'a', 1) + control('snapshot-end', at(1)), END], control('snapshot-end', at(1)));
  for (const json of [true, false]) {
    const log = follow({ transport: 'sse', store: 'devices', json });
    await until(() => log.messages.length === (json ? 4 : 1));
    if (json) assert.deepEqual(log.messages.map(({ data }) => data.headers.control ?? data.key), ['snapshot-start', 'a', 'snapshot-end', 'snapshot-end']);
    else assert.match(log.messages[0].data, /snapshot-end/);
  }
});

test('collectEntries: one of several stores, with what the page has already, as values and as text', async () => {
  const { set, remove, control } = keyed;
  const named = (lines, name) => lines.replaceAll('data: ', `event: ${name}\ndata: `);
  serve(named(control('snapshot-end', at(2)) + set(3, 'b', 2) + remove(4, 'a'), 'devices') + named(event(at(5), '"x"'), 'orders') + named(control('reset', at(6)), 'devices'));
  for (const json of [true, false]) {
    const words = [];
    const devices = collectEntries({ initial: [['a', 1]], onChange: ({ operation, key }) => words.push(`${operation} ${key} ${devices.entries.size}`) });
    assert.deepEqual([devices.isReady, [...devices.entries]], [true, [['a', 1]]]);
    const log = follow({ transport: 'sse', store: undefined, stores: ['devices', 'orders'], json, onMessage: message => message.store === 'devices' && devices.take(message) });
    await until(() => words.length === 4);
    assert.deepEqual(words, ['ready undefined 1', 'insert b 2', 'delete a 1', 'delete b 0']);
    devices.reset();
    assert.equal(devices.isReady, false);
    assert.throws(() => devices.take({ store: 'orders', id: at(1), data: json ? 'x' : '[' }), { name: 'TypeError', message: "'orders' is no keyed store" });
    assert.equal(devices.take({ store: 'devices', id: undefined, data: 'past the log' }), undefined);
    log.subscription.close();
  }
});

test('the hub: the past of a list with a keyed store', async () => {
  const lines = [1, 2].map(number => `{"id":"${at(number)}","data":${number}}`);
  const requests = serve(new Response(`{"stores":[{"store":"devices","entries":{"a":{"x":"]}\\"","messages":[1,2]},"b":[]},"id":"${at(9)}"},`
    + `{"store":"orders","messages":[${lines}],"id":"${at(2)}"},{"store":"empty","entries":{},"id":"${at(0)}"}],"id":"${at(9)}"}`));
  const connection = new FakeConnection();
  const log = follow({ connection, store: undefined, stores: ['devices', 'orders', 'empty'], from: 'earliest' });
  await until(() => connection.calls.length === 3);
  assert.deepEqual([requests.length, log.messages.map(({ store, data }) => [store, data])], [1, [['orders', 1], ['orders', 2]]]);
  assert.deepEqual(connection.calls, [['Resume', 'devices', null], ['Resume', 'orders', at(2)], ['Resume', 'empty', null]]);
});
