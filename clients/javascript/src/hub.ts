import { bytesOf, elements, fromEnvelope, fromHub, type Envelope } from './content';
import { failure, hubFailure } from './failure';
import { ask } from './requests';
import type { HubConnectionLike } from './types';
import type { Wire } from './wire';

/** The size of a JSON hub message without its arguments, in bytes. */
const frameBytes = 42;

/** After this many unreadable snapshots, a subscription begins without its old messages. */
const unusableSnapshots = 2;

type Item = Envelope | undefined; // undefined: the connection is lost

/** Shared by the subscriptions on one connection: the handler of each store's messages, and the pending calls of `Unsubscribe`. */
interface Feeds {
  readonly next: Map<string, (item: Item) => void>;
  left: Promise<unknown>;
}

const feedsOf = new WeakMap<HubConnectionLike, Feeds>();

export const isConnected = (connection: HubConnectionLike): boolean => connection.state === 'Connected';

/** The hub subscriptions and streams of one attempt, to be ended with it. */
class Entrance {
  readonly #leave: (() => unknown)[] = [];
  end!: (error?: unknown) => void;
  readonly ended = new Promise<unknown>(resolve => this.end = resolve);

  constructor(readonly feeds: Feeds) {}

  add(leave: () => unknown): void {
    this.#leave.push(leave);
  }

  leave(): void {
    this.feeds.left = Promise.all([this.feeds.left, ...this.#leave.splice(0).map(each => each())]);
  }
}

/** The stores over the application's SignalR connection. */
export class HubReader {
  #unusable = 0;

  async read(wire: Wire): Promise<void> {
    const entrance = new Entrance(share(wire.settings.connection!));
    // At once, and not in `finally` alone: the next attempt may begin while this one still awaits a call.
    wire.attempt.signal.addEventListener('abort', () => entrance.leave());
    try {
      const lost = await this.#takePast(wire);
      await entrance.feeds.left; // a pending Unsubscribe must not end the new subscription
      await this.#follow(wire, entrance, lost);
    } catch (error) {
      throw error instanceof Error && ('status' in error || 'final' in error) ? error : hubFailure(error, wire.hasWorked);
    } finally {
      entrance.leave();
    }
  }

  async #follow(wire: Wire, entrance: Entrance, lost: number[]): Promise<void> {
    const { cursor, attempt, settings } = wire;
    const places = settings.names.map((_, index) => cursor.of(index));
    for (const index of settings.names.keys()) {
      if (attempt.isOver) return;
      const before = cursor.own(index);
      const begin = await this.#join(wire, entrance, index, places[index] ?? null);
      if (attempt.isOver) return;
      if (begin && cursor.own(index) === before) cursor.moveStore(index, begin); // unless messages arrived before the result
      if (lost.includes(index)) wire.reset(index, { reason: 'unknown', id: cursor.of(index) ?? '' }, false);
    }
    wire.opened();
    const error = await entrance.ended;
    if (error) throw error;
  }

  /**
   * The hub has one subscription of a store per connection, and it sends values. A second reader of the store, which may start elsewhere,
   * and a reader of text (`json: false`) get a stream of their own.
   */
  async #join(wire: Wire, entrance: Entrance, index: number, after: string | null): Promise<string | undefined> {
    const { feeds } = entrance;
    const { json, every } = wire.settings;
    const connection = wire.settings.connection!;
    const pace = every ? [Math.round(every)] : [];
    const next = (item: Item) => item ? takeItem(wire, index, item) : entrance.end();
    const name = wire.settings.names[index]!;
    if (!json || feeds.next.has(name)) {
      const watch = every ? 'WatchEvery' : json ? 'WatchAfter' : 'WatchText';
      const complete = () => wire.hasEnded(index) || entrance.end(failure('The server ended the subscription', { final: true }));
      const stream = connection.stream(watch, name, after, ...pace).subscribe({ next, error: entrance.end, complete });
      entrance.add(() => stream.dispose());
      return undefined;
    }
    feeds.next.set(name, next);
    entrance.add(() => feeds.next.delete(name) && isConnected(connection) && connection.invoke('Unsubscribe', name).catch(() => {}));
    return connection.invoke(every ? 'ResumeEvery' : 'Resume', name, after, ...pace); // without an id the same as Subscribe
  }

  /**
   * Without an id the hub cannot start in the past: the old messages come from a snapshot, and the hub continues after the snapshot's id.
   * @returns The stores whose old messages could not be read.
   */
  async #takePast(wire: Wire): Promise<number[]> {
    const count = wire.from === 'earliest' ? Infinity : wire.last;
    const indexes = [...wire.settings.names.keys()].filter(index => wire.cursor.begins(index));
    if (!count || !indexes.length) return [];
    if (this.#unusable >= unusableSnapshots) {
      this.#unusable = 0;
      return indexes;
    }
    const url = wire.address.list(indexes.map(index => wire.settings.names[index]!));
    const response = await ask(url, wire.settings, wire.attempt.signal, wire.hasWorked, { headers: { Accept: 'application/json' } });
    const text = await response.text();
    if (wire.attempt.isOver) return [];
    const snapshots = this.#parse(text, indexes.length);
    this.#unusable = 0;
    snapshots.forEach(({ id, lines }, at) => {
      const index = indexes[at]!;
      if (!lines) return; // for a keyed store the hub itself sends all keys first
      for (const line of lines.slice(-count)) takeLine(wire, index, line);
      wire.cursor.moveStore(index, id);
    });
    return [];
  }

  #parse(text: string, count: number): { id: string; lines?: string[] }[] {
    try {
      const { stores }: { stores: { id: string; entries?: object }[] } = JSON.parse(text);
      if (stores.length !== count) throw new SyntaxError('Unexpected stores');
      let at = 0;
      return stores.map(({ id, entries }) => {
        const mark = entries ? '"entries":{' : '"messages":[';
        const { items, end } = elements(text, text.indexOf(mark, at) + mark.length);
        at = end;
        return entries ? { id } : { id, lines: items };
      });
    } catch (error) {
      this.#unusable++;
      throw failure(text ? `The snapshot cannot be read: ${error}` : 'The snapshot is empty');
    }
  }
}

function takeLine(wire: Wire, index: number, line: string): void {
  const envelope: Envelope = JSON.parse(line);
  deliver(wire, index, envelope, fromEnvelope(envelope, line, wire.settings.json));
}

function takeItem(wire: Wire, index: number, { reset, end, ...item }: Envelope): void {
  if (wire.attempt.isOver) return;
  if (reset) wire.reset(index, reset);
  else if (end) wire.end(index, end.id);
  else deliver(wire, index, item, fromHub(item.data, wire.settings.json));
}

function deliver(wire: Wire, index: number, item: Envelope, data: unknown): void {
  const bytes = bytesOf(JSON.stringify([wire.settings.names[index], item])) + frameBytes;
  wire.message(index, item, data, bytes);
}

function share(connection: HubConnectionLike): Feeds {
  let feeds = feedsOf.get(connection);
  if (!feeds) feedsOf.set(connection, feeds = connect(connection));
  return feeds;
}

function connect(connection: HubConnectionLike): Feeds {
  const next = new Map<string, (item: Item) => void>();
  const give = (store: string, item: Envelope) => void next.get(store)?.(item); // SignalR would send a handler's result to the server
  const lose = () => next.forEach(each => each(undefined));
  connection.on('Message', give);
  connection.on('Ended', (store, end) => give(store, { end }));
  connection.on('Reset', (store, reset) => give(store, { reset }));
  connection.onreconnecting(lose);
  connection.onclose(lose);
  return { next, left: Promise.resolve() };
}
