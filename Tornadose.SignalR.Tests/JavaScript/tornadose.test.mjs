// node --test tornadose.test.mjs: what tornadose.js makes of the wires, without a server. With servers: ScriptTests.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { subscribe } from '../../Tornadose.SignalR/wwwroot/tornadose.js';

const site = 'http://stores.test/stores';
const open = [];
afterEach(() => open.splice(0).forEach(subscription => subscription.close()));

/** Subscribes, and keeps what is called back. */
function follow(options) {
  const log = { messages: [], resets: [], states: [], errors: [] };
  const subscription = subscribe(site, {
    store: 'orders', minDelay: 1, maxDelay: 5,
    onMessage: message => log.messages.push(message), onReset: reset => log.resets.push(reset),
    onState: status => log.states.push(status), onError: error => log.errors.push(error), ...options,
  });
  open.push(subscription);
  return Object.assign(log, { subscription });
}

async function until(condition) {
  for (let turn = 0; !condition(); turn++) {
    assert.ok(turn < 4000, `never: ${condition}`);
    await new Promise(resolve => setTimeout(resolve, 1));
  }
}

/** Answers each request with the next of these; the last one again and again. A string is a stream that stays open, an array of strings its chunks, a number a status. */
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

test('a message has one shape on every wire', async () => {
  const texts = ['plain', '42', '1.50', '{"a":[1]}', 'null', '"quoted"', ' lead', ''];
  const values = ['plain', 42, 1.5, { a: [1] }, null, 'quoted', ' lead', ''];
  // On JSON wires JSON comes as its value, and text as a string, also where the text happens to be JSON.
  for (const json of [values, texts]) {
    serve(texts.map((text, index) => event(at(index + 1), text, 'type')).join(''));
    const sse = follow({ transport: 'sse' });
    const socket = follow({ transport: 'websocket', WebSocket: FakeSocket });
    const connection = new FakeConnection();
    const hub = follow({ connection });
    await until(() => sse.messages.length === 8 && FakeSocket.last && connection.calls.length);
    json.forEach((data, index) => {
      FakeSocket.last.onmessage({ data: JSON.stringify({ id: at(index + 1), event: 'type', data }) });
      connection.send('Message', 'orders', { id: at(index + 1), event: 'type', data });
    });
    assert.deepEqual(sse.messages.map(message => message.data), values);
    for (const log of [socket, hub]) assert.deepEqual(log.messages.map(({ bytes, ...message }) => message), sse.messages.map(({ bytes, ...message }) => message));
    assert.ok([...socket.messages, ...hub.messages].every(({ bytes }) => bytes > 40));
  }
});

test('json: false leaves text alone', async () => {
  serve(event(at(1), '42') + event(at(2), '{"a":1}'));
  const sse = follow({ transport: 'sse', json: false });
  const socket = follow({ transport: 'websocket', WebSocket: FakeSocket, json: false });
  await until(() => sse.messages.length === 2);
  FakeSocket.last.onmessage({ data: JSON.stringify({ data: '42' }) });
  FakeSocket.last.onmessage({ data: JSON.stringify({ data: { a: 1 } }) });
  for (const log of [sse, socket]) assert.deepEqual(log.messages.map(message => message.data), ['42', '{"a":1}']);
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
  assert.equal(FakeSocket.last.url, 'ws://stores.test/stores/orders?ticket=orders.websocket');
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
  const runner = process.rawListeners('unhandledRejection'); // which would take it for a failure of the test
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
  assert.deepEqual(Object.values(connection.handlers).map(handlers => handlers.length), [1, 1]);
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

test('bad calls are told at once', () => {
  assert.throws(() => subscribe(site, {}), TypeError);
  assert.throws(() => subscribe(site, { store: 'a', transport: 'signalr' }), TypeError);
});
