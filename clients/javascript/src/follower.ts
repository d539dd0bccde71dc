import { Address, setQuery } from './address';
import { Attempt } from './attempt';
import { isSnapshotMark, type Envelope } from './content';
import { Cursor } from './cursor';
import { Completed, failure, type Failure } from './failure';
import { HubReader, isConnected } from './hub';
import { Loader } from './loader';
import { Readers } from './readers';
import { ask } from './requests';
import { settingsOf, type Settings } from './settings';
import { heartbeat, readSocket, silenceOf } from './socket';
import { readEvents } from './sse';
import { backOff, later } from './timing';
import type { Message, Reset, Status, SubscribeOptions, Subscription, Transport } from './types';
import type { Wire } from './wire';

/** In milliseconds: a connection that receives data this long after it opened resets the count of failures. */
const stable = 5000;

/** The limit of the doubled connect timeout, in milliseconds. */
const longestConnect = 30_000;

/** How many messages wait for a slow reader before the connection is closed. */
export const queued = 1000;

/**
 * No transport marks the last old message. Old messages arrive without a pause, so they have ended when an interval of this many
 * milliseconds brings none, or after this many intervals.
 */
const moment = 200;
const moments = 10;

export type Item<T> = Message<T> | { readonly reset: Reset };

/**
 * A subscription is a cursor, and a loop around it:
 * (1) connect at the cursor, over one of three transports;
 * (2) deliver each message and move the cursor, until the connection ends for any reason;
 * (3) wait, longer after each failure, unless there is a reason to reconnect at once; then repeat from (1).
 * A connection has no other state, so nothing is lost with it. What needs a new connection (pause, refill, a change of networks) stops the
 * current attempt, and the loop does the rest.
 */
export class Follower<T> implements Subscription<T>, Wire {
  readonly settings: Settings & SubscribeOptions<T>;
  readonly address: Address;
  readonly cursor: Cursor;
  attempt = new Attempt();
  hasWorked = false;
  from: string | undefined;
  last: number | undefined;

  readonly #hub = new HubReader();
  readonly #loader: Loader<Item<T>> | undefined;
  readonly #life = new AbortController();
  readonly #readers = new Readers<Item<T>>(queued, {
    full: () => this.#fill(),
    drained: () => this.#drained(),
    left: () => this.settings.onMessage || this.#end(), // no reader is left
  });
  #status: Status = { state: 'connecting' };
  #transport: Exclude<Transport, 'auto'>;
  #proven: Transport | undefined; // the transport on which data has been received
  #failures = 0;
  #slow = 0; // attempts in a row that timed out
  #patience = 1;
  #minDelay: number;
  #isHeldOff = false; // the wait was set by Retry-After: #hurry must not end it
  #nudges = 0;
  #wake = () => {};
  #isPlaced: boolean; // whether an id was given or received
  readonly #ended = new Set<number>();
  #isCompleted = false; // only the load in progress is awaited
  #isPaused = false;
  #isFull = false;
  #isClosed = false;

  constructor(url: string | URL, options: SubscribeOptions<T>) {
    this.settings = settingsOf(options) as Settings & SubscribeOptions<T>;
    this.address = new Address(url);
    this.cursor = new Cursor(this.settings.names, options.after);
    this.from = options.from;
    this.last = this.settings.last;
    this.#minDelay = this.settings.minDelay;
    this.#isPlaced = !!options.after;
    this.#transport = this.#choose();
    const failed = (error: Failure) => void call(options.onError, error);
    const told = { failed, full: () => this.#fill(), drained: () => this.#drained() };
    if (options.load) this.#loader = new Loader(options.load, item => this.#deliver(item), told, queued);
    globalThis.addEventListener?.('online', () => this.#backOnline(), { signal: this.#life.signal });
    globalThis.document?.addEventListener('visibilitychange', () => document.hidden || this.#hurry(), { signal: this.#life.signal });
    void this.#run();
  }

  get id(): string | null | undefined {
    return this.cursor.id;
  }

  get state(): Status['state'] {
    return this.#status.state;
  }

  get transport(): Exclude<Transport, 'auto'> {
    return this.#transport;
  }

  close(): void {
    this.#end();
  }

  pause(): void {
    if (this.#isPaused || this.#isClosed) return;
    this.#isPaused = true;
    this.#interrupt();
    this.#set({ state: 'paused' });
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#nudge();
  }

  /**
   * Messages, and `{ reset }` where some are missing. When a slow reader's queue is full, the connection is closed until the queue is
   * empty; meanwhile the messages stay on the server.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Item<T>, void, undefined> {
    return this.#readers.read();
  }

  async #run(): Promise<void> {
    await null; // callbacks run only after the caller has the subscription
    while (!this.#isClosed) {
      if (this.#isPaused || this.#isFull) await this.#rest(Infinity, this.#nudges);
      // SignalR raises no event when the application restarts a closed connection.
      else if (this.#awaitsConnection()) await this.#rest(100, this.#nudges);
      else await this.#try();
    }
  }

  /** (1) to (3), once. */
  async #try(): Promise<void> {
    const attempt = this.attempt = new Attempt();
    this.#transport = this.#choose();
    this.cursor.connect();
    let error: Failure | undefined;
    try {
      await Promise.race([this.#connect(), attempt.stopped]);
    } catch (thrown) {
      error = thrown as Failure;
    }
    const isInterrupted = attempt.isOver && !attempt.failure;
    if (attempt.failure) error = attempt.failure;
    attempt.stop();
    if (this.#livedWell(attempt)) this.#failures = 0;
    if (this.#isComplete(error)) return this.#complete();
    if (isInterrupted) return;
    if (this.#awaitsConnection()) return this.#set({ state: 'reconnecting' }); // by the application
    await this.#fail(error);
  }

  /** With an id, 204 means that nothing follows it. The id `closed` is the exception: an operator ended this client. */
  #isComplete(error: Failure | undefined): boolean {
    return error instanceof Completed || error?.status === 204 && !!this.cursor.id && this.cursor.id !== 'closed';
  }

  async #fail(error: Failure | undefined): Promise<void> {
    const nudges = this.#nudges;
    if (error) call(this.settings.onError, error);
    if (error?.final) return this.#end(error);
    const wait = backOff(this.#minDelay, this.settings.maxDelay, this.#failures++, error?.retryAfter);
    this.#isHeldOff = !!error?.retryAfter;
    this.#set(error ? { state: 'reconnecting', in: wait, error } : { state: 'reconnecting', in: wait });
    await this.#rest(wait, nudges);
    this.#isHeldOff = false;
  }

  /** @param nudges The count of nudges when the caller decided to wait: if there was one since then, there is no wait. */
  #rest(wait: number, nudges: number): Promise<void> {
    return new Promise(resolve => {
      if (this.#nudges !== nudges) return resolve();
      const timer = later(wait, resolve);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /**
   * Over HTTP/1.1 a browser has six connections to a host, for all its tabs together. WebSockets do not count, so they are tried first.
   * Some networks block them, which looks like any other failure, so one attempt in three uses the other transport.
   */
  #choose(): Exclude<Transport, 'auto'> {
    const { isHub, transport, WebSocket, headers, ticket } = this.settings;
    if (isHub) return 'signalr';
    if (transport !== 'auto') return transport;
    if (!WebSocket || headers && !ticket) return 'sse';
    const isTurnOfOther = this.#failures % 3 === (this.#proven ? 2 : 1);
    return (this.#proven === 'sse') === isTurnOfOther ? 'websocket' : 'sse';
  }

  async #connect(): Promise<void> {
    const { attempt, settings } = this;
    const timeout = settings.connectTimeout * Math.min(2 ** this.#slow, Math.max(1, longestConnect / settings.connectTimeout));
    attempt.start('deadline', timeout, () => {
      this.#slow++;
      attempt.stop(failure(`No connection within ${timeout} ms`));
    });
    this.#set({ state: 'connecting' });
    attempt.isUnplaced = !this.#isPlaced; // without an id, a lost connection loses the position
    if (attempt.isUnplaced) this.#loader?.prepare();
    if (settings.isHub) return this.#hub.read(this);
    const ticket = await this.#getTicket();
    const url = settings.isList ? this.address.list(settings.names) : this.address.store(settings.names[0]!);
    const isSocket = this.#transport === 'websocket';
    const pace = settings.every && `${Math.round(settings.every)}ms`;
    setQuery(url, { ...this.#start(), ticket, every: pace, heartbeat: isSocket ? heartbeat(settings.silence) : undefined });
    if (!attempt.isOver) await (isSocket ? readSocket : readEvents)(this, url);
  }

  #start(): Record<string, string | number | undefined> {
    const { cursor } = this;
    if (cursor.isFresh) return { from: this.from, last: this.last };
    return { after: cursor.after, from: cursor.isPartial ? this.from : undefined };
  }

  /** A ticket opens one stream, so each attempt needs a new one. */
  async #getTicket(): Promise<string | undefined> {
    const { ticket, names } = this.settings;
    if (!ticket) return undefined;
    const request = { stores: names, transport: this.#transport as 'sse' | 'websocket' };
    if (typeof ticket === 'function') return ticket(request);
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) };
    const response = await ask(this.address.resolve(ticket), this.settings, this.attempt.signal, this.hasWorked, init);
    return (await response.json()).ticket;
  }

  opened(): void {
    const { attempt } = this;
    attempt.openedAt = attempt.heardAt = Date.now();
    attempt.cancel('deadline');
    this.hasWorked = true;
    this.#slow = 0;
    if (!this.settings.isHub) this.#watch();
    if (attempt.isUnplaced) this.#load(undefined);
    this.#settle(0, !this.cursor.isFresh || this.from || this.last ? moments : 0);
  }

  heard(): void {
    this.attempt.heardAt = Date.now();
    this.#proven = this.#transport;
  }

  retry(wait: number): void {
    this.#minDelay = wait;
  }

  /** Checks once per `silence` interval, instead of restarting a timer with each message. */
  #watch(): void {
    const { attempt } = this;
    const isSocket = this.#transport === 'websocket';
    const silence = isSocket ? silenceOf(this.settings.silence) * this.#patience : this.settings.silence;
    const rest = () => attempt.heardAt + silence - Date.now();
    attempt.start('silence', Math.min(silence, rest()), () => {
      if (rest() > 0) return this.#watch();
      // A page sees only complete messages; a slow network may still be transferring one. The next connection gets more time.
      if (isSocket && attempt.heardAt === attempt.openedAt) this.#patience = Math.min(8, this.#patience * 2);
      attempt.stop(failure(`Nothing received for ${silence} ms`));
    });
  }

  #livedWell(attempt: Attempt): boolean {
    const end = this.settings.isHub ? Date.now() : attempt.heardAt;
    return attempt.openedAt > 0 && end - attempt.openedAt >= stable;
  }

  #settle(known: number, left: number): void {
    const { attempt } = this;
    attempt.start('settle', left && moment, () => {
      const count = attempt.replayed;
      if (count === known || !left) return this.#set({ state: 'live', count });
      this.#set({ state: 'replaying', count });
      this.#settle(count, left - 1);
    });
  }

  message(index: number, { id, event }: { id?: string | undefined; event?: string | undefined }, data: unknown, bytes: number): void {
    const { cursor, settings } = this;
    if (this.attempt.isOver || cursor.isRewound(index)) return;
    if (id && !isSnapshotMark(data) && !cursor.isNew(index, id)) return;
    if (id && settings.isHub) cursor.moveStore(index, id);
    else cursor.move(id);
    this.attempt.replayed++;
    this.#isPlaced ||= !!id;
    this.#give({ id: id && settings.isHub ? cursor.vector : id, event, data: data as T, store: settings.names[index]!, bytes });
  }

  /** Ends the subscription for good, because the messages are not those of the expected kind of store. */
  refuse(why: string): void {
    this.attempt.stop(failure(why, { final: true }));
  }

  end(index: number, id: string): void {
    const { cursor, attempt, settings } = this;
    if (attempt.isOver || cursor.isRewound(index)) return;
    if (settings.isHub) cursor.moveStore(index, id);
    else cursor.move(id);
    this.#isPlaced = true;
    if (!this.#ended.has(index)) call(settings.onEnd, { store: settings.names[index]!, id: cursor.id! });
    this.#ended.add(index);
    if (this.#ended.size === settings.names.length) attempt.stop(new Completed());
  }

  hasEnded(index: number): boolean {
    return this.#ended.has(index);
  }

  /** Messages of this store are missing: it begins anew, and the other stores continue. */
  reset(index: number, { reason, id: now }: NonNullable<Envelope['reset']>, refill = this.settings.refill): void {
    const { cursor, attempt, settings } = this;
    if (attempt.isOver || cursor.isRewound(index)) return;
    if (settings.isHub) cursor.moveStore(index, now);
    else cursor.move(now);
    cursor.forget(index);
    this.#ended.delete(index);
    const reset = { store: settings.names[index]!, reason, id: cursor.id! };
    if (refill) this.#rewind(index);
    this.#set({ state: 'reset', ...reset });
    this.#isPlaced = true;
    this.#loader?.stop();
    this.#give({ reset });
    this.#load(reset);
    if (!refill) this.#settle(-1, moments);
  }

  /**
   * Reconnects, to receive everything that the store keeps and then new messages on one stream. With several stores it waits 20 ms first,
   * because others may have a reset as well.
   */
  #rewind(index: number): void {
    this.cursor.rewind(index);
    this.from = 'earliest';
    this.last = undefined;
    const { attempt } = this;
    attempt.start('rewind', this.settings.names.length > 1 ? 20 : 0, () => attempt.stop());
  }

  #load(reset: Reset | undefined): void {
    this.#loader?.start({ reset }, this.#minDelay, this.settings.maxDelay);
  }

  #give(item: Item<T>): void {
    if (!this.#loader?.hold(item)) this.#deliver(item);
  }

  #deliver(item: Item<T>): void {
    if ('reset' in item) call(this.settings.onReset, item.reset);
    else call(this.settings.onMessage, item);
    this.#readers.give(item);
  }

  #set(status: Status): void {
    if (this.#isClosed) return;
    this.#status = status;
    call(this.settings.onState, status);
  }

  /** Waits for a load in progress, because the messages held back must be delivered after it. */
  #complete(): void {
    if (this.attempt.isUnplaced && !this.attempt.openedAt) this.#load(undefined); // a hub may send the end before its result
    if (!this.#loader?.isBusy) return this.#end(undefined, 'completed');
    this.#isFull = true;
    this.#isCompleted = true;
  }

  #end(error?: Failure, state: 'closed' | 'completed' = 'closed'): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#life.abort();
    this.#loader?.stop();
    this.#interrupt();
    this.#status = error ? { state: 'closed', error } : { state };
    call(this.settings.onState, this.#status);
    this.#readers.end(error);
  }

  #fill(): void {
    this.#isFull = true;
    this.#interrupt();
  }

  #drained(): void {
    if (this.#isCompleted && !this.#loader?.isBusy) this.#end(undefined, 'completed');
    if (this.#isCompleted) return;
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#nudge();
  }

  #awaitsConnection(): boolean {
    return this.settings.isHub && !isConnected(this.settings.connection!);
  }

  /** A stream that was opened on the previous network may be dead, and nothing reports it. */
  #backOnline(): void {
    if (!this.settings.isHub) this.attempt.stop();
    this.#hurry();
  }

  /** The page is visible, or the network is back: ends the wait, unless the server asked for it. */
  #hurry(): void {
    if (!this.#isHeldOff) this.#nudge();
  }

  #interrupt(): void {
    this.attempt.stop();
    this.#nudge();
  }

  #nudge(): void {
    this.#nudges++;
    this.#wake();
  }
}

/** Async, so that an exception of a callback becomes an unhandled rejection, as a bug of the page, and the stream continues. */
export async function call<Told>(callback: ((told: Told) => void) | undefined, told: Told): Promise<void> {
  callback?.(told);
}
