import { Address } from './address';
import { isSnapshotMark } from './content';
import { Cursor } from './cursor';
import { call, Follower, queued, type Item } from './follower';
import { Readers } from './readers';
import { settingsOf } from './settings';
import type { End, Status, StoreError, SubscribeOptions, Subscription, Transport } from './types';

/** How long a new tab waits for the leader's greeting before it connects, in milliseconds. */
const greeting = 150;

/** An item that the leader sends to the other tabs. `before` is the store's id that it follows, so that a tab detects a gap. */
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
 * One connection for all tabs of a browser. The tab that holds the lock is the leader: it has the connection, and sends each item to the
 * others. Every other tab
 * (1) catches up over a connection of its own, from its own start, and keeps the leader's items meanwhile;
 * (2) closes that connection at an item after which it has kept all items of the leader;
 * (3) delivers the leader's items. Each item has the id of the one before it; a gap leads to (1) again.
 * When the leader is closed or paused, another tab gets the lock, and connects at its own last id.
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
  #leading: (() => void) | undefined; // releases the lock
  #waiting: AbortController | undefined; // waits for the lock
  #status: Status = { state: 'connecting' };
  #leader: Status | undefined;
  #heard: (string | undefined)[] | undefined; // the leader's positions when this tab began to listen
  #start: (string | undefined)[] = []; // the leader's positions before this tab connected
  #kept: Told<T>[] = [];
  #hasMet = false; // whether this tab delivers the leader's items: step (3)
  #isPaused = false;
  #isClosed = false;

  constructor(url: string | URL, options: SubscribeOptions<T>) {
    const settings = settingsOf(options);
    if (options.load) throw new TypeError('share and load cannot be combined');
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
    navigator.locks.request(this.#key, { signal: waiting.signal }, lead).catch(() => {}); // the wait was cancelled
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

  /** Takes an item from this tab's own connection. */
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

  /** The leader's current position in a store. */
  #reached(index: number): string | undefined {
    return this.#kept.filter(told => told.index === index && told.id).at(-1)?.id ?? this.#heard?.[index];
  }

  #hear(word: Word<T>): void {
    if (this.#isPaused || this.#isClosed) return;
    if ('hello' in word) return this.#greet();
    if (this.#leading) return; // late messages of the previous leader
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

  /** Limits what a tab far behind keeps: drops the oldest item, and takes its id as the leader's position. */
  #forget(): void {
    const oldest = this.#kept.shift()!;
    if (oldest.id) this.#heard![oldest.index] = oldest.id;
  }

  /** (3) */
  #takeTold({ index, before, id, item }: Told<T>): void {
    if (id && !('reset' in item) && !isSnapshotMark(item.data) && !this.#cursor.isNew(index, id)) return; // the leader is behind this tab
    if (id && before !== this.#cursor.own(index)) return this.#miss();
    if ('reset' in item) this.#cursor.forget(index);
    if (id) this.#cursor.moveStore(index, id);
    this.#give('reset' in item ? item : { ...item, id: id && (this.#cursor.vector ?? item.id) });
  }

  /** An item was missed, for example because the page was frozen: gets it from the server, and asks the leader for its positions again. */
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

  /** Ends this tab, and tells the others. A tab that does not hear it gets what it lacks, and the end, from the server. */
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

/** A status without its error, whose members a channel does not copy. */
function plain(status: Status): Status {
  return status.state === 'reconnecting' ? { state: status.state, ...status.in === undefined ? {} : { in: status.in } } : status;
}
