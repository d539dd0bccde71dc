import { Address } from './address';
import { isSnapshotMark } from './content';
import { Cursor } from './cursor';
import { call, Follower, queued, type Item } from './follower';
import { Readers } from './readers';
import { settingsOf } from './settings';
import type { End, Status, StoreError, SubscribeOptions, Subscription, Transport } from './types';

/** For how long a tab that has just come waits for word of another. */
const greeting = 150;

/** An item as one tab tells it to the others: what it continues, so that whoever has missed something notices. */
interface Told<T> {
  readonly index: number;
  readonly before: string | undefined;
  readonly id: string | undefined;
  readonly item: Item<T>;
}

type Word<T> =
  | { readonly hello: true }
  | { readonly places: (string | undefined)[]; readonly status: Status }
  | { readonly told: Told<T> }
  | { readonly ended: End }
  | { readonly status: Status };

export const canShare = (): boolean => typeof BroadcastChannel === 'function' && !!globalThis.navigator?.locks;

/**
 * One connection for all tabs of a browser. The tab that holds the lock leads: it has the connection, and tells the others what comes.
 * Every other tab (1) catches up by a connection of its own, from wherever it wants to begin, and keeps what the leader tells meanwhile;
 * (2) gives its connection up where it meets the leader: at an item after which it knows all that the leader has told;
 * (3) hands on what the leader tells. Each item names the one before it, so that a gap is noticed, and leads to (1) again.
 * When the leader goes, the lock goes to another tab, which connects with its own last id.
 */
export class SharedFollower<T> implements Subscription<T> {
  readonly #options: SubscribeOptions<T>;
  readonly #url: string | URL;
  readonly #names: readonly string[];
  readonly #cursor: Cursor;
  readonly #key: string;
  readonly #channel: BroadcastChannel;
  readonly #readers = new Readers<Item<T>>(
    queued, { full: () => {}, drained: () => {}, left: () => this.#options.onMessage || this.close() });
  #own: Follower<T> | undefined;
  #transport: Exclude<Transport, 'auto'>;
  #leading: (() => void) | undefined; // gives the lock back
  #waiting: AbortController | undefined; // for the lock
  #status: Status = { state: 'connecting' };
  #leader: Status | undefined;
  #heard: (string | undefined)[] | undefined; // where the leader was when this tab began to listen
  #start: (string | undefined)[] = []; // where it was before this tab connected
  #kept: Told<T>[] = [];
  #hasMet = false; // whether it hands on what the leader tells
  #isPaused = false;
  #isClosed = false;

  constructor(url: string | URL, options: SubscribeOptions<T>) {
    const settings = settingsOf(options);
    if (options.load) throw new TypeError('share and load do not go together');
    this.#options = options;
    this.#url = url;
    this.#names = settings.names;
    this.#cursor = new Cursor(settings.names, options.after);
    this.#transport = settings.transport === 'sse' || settings.headers && !settings.ticket ? 'sse' : 'websocket';
    const group = typeof options.share === 'string' ? options.share : '';
    this.#key = JSON.stringify(['tornadose', new Address(url).list(settings.names).href, settings.json, group]);
    this.#channel = new BroadcastChannel(this.#key);
    this.#channel.onmessage = ({ data }: { data: Word<T> }) => this.#hear(data);
    this.#enter();
  }

  get id(): string | null | undefined {
    return this.#cursor.id;
  }

  get state(): Status['state'] {
    return this.#status.state;
  }

  get transport(): Exclude<Transport, 'auto'> {
    return this.#own?.transport ?? this.#transport;
  }

  close(): void {
    this.#end();
  }

  pause(): void {
    if (this.#isPaused || this.#isClosed) return;
    this.#isPaused = true;
    this.#leave();
    this.#set({ state: 'paused' });
  }

  resume(): void {
    if (!this.#isPaused || this.#isClosed) return;
    this.#isPaused = false;
    this.#enter();
  }

  [Symbol.asyncIterator](): AsyncGenerator<Item<T>, void, undefined> {
    return this.#readers.read();
  }

  #enter(): void {
    const waiting = this.#waiting = new AbortController();
    const lead = () => new Promise<void>(resolve => waiting.signal.aborted ? resolve() : this.#lead(resolve));
    navigator.locks.request(this.#key, { signal: waiting.signal }, lead).catch(() => {}); // the wait was ended
    this.#say({ hello: true });
    setTimeout(() => waiting.signal.aborted || this.#connect(), greeting);
  }

  #leave(): void {
    this.#waiting?.abort();
    this.#leading?.();
    this.#leading = undefined;
    this.#disconnect();
    this.#heard = this.#leader = undefined;
    this.#kept = [];
  }

  #lead(release: () => void): void {
    this.#leading = release;
    this.#connect();
    this.#greet();
  }

  /** (1) */
  #connect(): void {
    if (this.#own || this.#hasMet && !this.#leading || this.#isClosed) return;
    this.#hasMet = false;
    this.#start = this.#heard ? this.#names.map((_, index) => this.#reached(index)) : [];
    const { after: _, share: __, ...options } = this.#options;
    const own: Follower<T> = this.#own = new Follower<T>(this.#url, {
      ...options,
      after: this.#cursor.id,
      onMessage: message => own === this.#own && this.#take({ ...message }),
      onEnd: end => own === this.#own && this.#takeEnd(end),
      onReset: reset => own === this.#own && this.#take({ reset }),
      onState: status => own === this.#own && this.#follow(status),
    } as SubscribeOptions<T>);
  }

  #disconnect(): void {
    const own = this.#own;
    this.#own = undefined;
    this.#hasMet = false;
    own?.close();
  }

  /** What comes by the connection of this tab. */
  #take(item: Item<T>): void {
    const { store, id } = 'reset' in item ? item.reset : item;
    const index = this.#names.indexOf(store);
    const before = this.#cursor.own(index);
    if ('reset' in item) this.#cursor.forget(index);
    else if (id) this.#cursor.isNew(index, id);
    this.#cursor.move(id);
    if (this.#leading) this.#say({ told: { index, before, id: id && this.#cursor.own(index), item } });
    this.#give(item);
    this.#meet();
  }

  #takeEnd(end: End): void {
    if (this.#leading) this.#say({ ended: end });
    call(this.#options.onEnd, end);
  }

  #follow(status: Status): void {
    if (status.state === 'closed') return this.#end(status.error);
    if (status.state === 'completed') return this.#complete();
    this.#set(status);
    if (this.#leading) this.#say({ status: plain(status) });
    this.#meet();
  }

  /** (2) */
  #meet(): void {
    if (this.#leading || !this.#heard || this.#own?.state !== 'live' || this.#leader?.state !== 'live') return;
    const places = this.#names.map((_, index) => this.#cursor.own(index) ?? this.#start[index]);
    if (!places.every((place, index) => this.#hasPassed(index, place))) return;
    this.#disconnect();
    this.#hasMet = true;
    places.forEach((place, index) => place && this.#cursor.moveStore(index, place));
    for (const told of this.#kept.splice(0)) if (this.#cursor.own(told.index) === told.before && told.id) this.#takeTold(told);
  }

  #hasPassed(index: number, place: string | undefined): boolean {
    return this.#heard![index] === place || this.#kept.some(told => told.index === index && told.id === place);
  }

  /** Where the leader is by now. */
  #reached(index: number): string | undefined {
    return this.#kept.filter(told => told.index === index && told.id).at(-1)?.id ?? this.#heard?.[index];
  }

  #hear(word: Word<T>): void {
    if (this.#isPaused || this.#isClosed) return;
    if ('hello' in word) return this.#greet();
    if (this.#leading) return; // the words of one that has gone
    if ('ended' in word) return this.#hasMet ? this.#takeEnd(word.ended) : undefined;
    if ('told' in word) return this.#hearTold(word.told);
    if (word.status.state === 'completed' && this.#hasMet) return this.#complete();
    this.#leader = word.status;
    if ('places' in word) this.#heard ??= word.places;
    if (this.#hasMet) this.#set(word.status);
    else this.#meet();
  }

  #greet(): void {
    if (this.#leading) this.#say({ places: this.#names.map((_, index) => this.#cursor.own(index)), status: plain(this.#status) });
  }

  #hearTold(told: Told<T>): void {
    if (!this.#heard) return;
    if (this.#hasMet) return this.#takeTold(told);
    this.#kept.push(told);
    if (this.#kept.length > queued) this.#forget();
    this.#meet();
  }

  /** A tab that is far behind need not keep all: the leader has passed the oldest in any case. */
  #forget(): void {
    const oldest = this.#kept.shift()!;
    if (oldest.id) this.#heard![oldest.index] = oldest.id;
  }

  /** (3) */
  #takeTold({ index, before, id, item }: Told<T>): void {
    if (id && !('reset' in item) && !isSnapshotMark(item.data) && !this.#cursor.isNew(index, id)) return; // another leader is further back
    if (id && before !== this.#cursor.own(index)) return this.#miss();
    if ('reset' in item) this.#cursor.forget(index);
    if (id) this.#cursor.moveStore(index, id);
    this.#give('reset' in item ? item : { ...item, id: id && (this.#cursor.vector ?? item.id) });
  }

  /** Something was not heard, by a page that was frozen, say: it comes from the server, and the leader has to say anew where it is. */
  #miss(): void {
    this.#hasMet = false;
    this.#heard = undefined;
    this.#kept = [];
    this.#say({ hello: true });
    this.#connect();
  }

  #give(item: Item<T>): void {
    if ('reset' in item) call(this.#options.onReset, item.reset);
    else call(this.#options.onMessage, item);
    this.#readers.give(item);
  }

  #set(status: Status): void {
    if (this.#isClosed) return;
    this.#status = status;
    call(this.#options.onState, status);
  }

  #say(word: Word<T>): void {
    if (!this.#isClosed) this.#channel.postMessage(word);
  }

  /** Another tab hears of it from the server: it has the last id, or gets what it lacks. */
  #complete(): void {
    if (this.#leading) this.#say({ status: { state: 'completed' } });
    this.#end(undefined, 'completed');
  }

  #end(error?: StoreError, state: 'closed' | 'completed' = 'closed'): void {
    if (this.#isClosed) return;
    this.#leave();
    this.#set(error ? { state: 'closed', error } : { state });
    this.#isClosed = true;
    this.#channel.close();
    this.#readers.end(error);
  }
}

/** An error does not go through a channel with all that it has. */
function plain(status: Status): Status {
  return status.state === 'reconnecting' ? { state: status.state, ...status.in === undefined ? {} : { in: status.in } } : status;
}
