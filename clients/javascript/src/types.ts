/**
 * How the messages come. `auto` is SignalR where a `connection` is given; otherwise a WebSocket, and Server-Sent Events where no WebSocket
 * gets through.
 */
export type Transport = 'auto' | 'sse' | 'websocket' | 'signalr';

/** A message: of the same shape on every transport. */
export interface Message<T = any> {
  /**
   * The id to continue after, on any transport; of several stores the vector of all their positions. Undefined for a message that cannot
   * be resumed after.
   */
  readonly id: string | undefined;
  /** The event type; undefined for a plain message. */
  readonly event: string | undefined;
  /**
   * What was published: JSON as its value, text as a string. With `json: false` always a string: the text, or the JSON text, character for
   * character.
   */
  readonly data: T;
  /** The name of its store. */
  readonly store: string;
  /** What it took on the wire, in bytes of UTF-8: the event, the text of the frame, the hub message in JSON. */
  readonly bytes: number;
}

/** Messages are missing here; those that follow come after `id`. */
export interface Reset {
  readonly reason: 'expired' | 'epoch' | 'rollback' | 'unknown' | 'slow';
  readonly id: string;
  readonly store: string;
}

/** The store is complete: nothing will be published any more. */
export interface End {
  readonly store: string;
  /** The id of the end. */
  readonly id: string;
}

/** What a subscription is doing. */
export type Status =
  | { readonly state: 'connecting' }
  /** Messages of the past are coming: `count` so far. */
  | { readonly state: 'replaying'; readonly count: number }
  /** `count`: how many messages of the past came first. */
  | { readonly state: 'live'; readonly count: number }
  | ({ readonly state: 'reset' } & Reset)
  /** `in`: milliseconds until the next attempt; undefined while the application's SignalR connection is awaited. */
  | { readonly state: 'reconnecting'; readonly in?: number; readonly error?: StoreError }
  | { readonly state: 'paused' }
  /** The store is complete, of several stores all are, and everything has come. */
  | { readonly state: 'completed' }
  /** `error`: why, when it was not `close()`. */
  | { readonly state: 'closed'; readonly error?: StoreError };

/** The words by which the hub says why it refuses a call. */
export type HubCode = 'unauthorized' | 'forbidden' | 'not-found' | 'invalid' | 'completed' | 'unavailable' | 'rate-limited';

/** Why an attempt failed. */
export interface StoreError extends Error {
  /** The status of an HTTP answer; of the hub's refusals the status that HTTP has for the same. */
  readonly status?: number;
  /** The code that a WebSocket was closed with, or the hub's word. */
  readonly code?: number | HubCode;
  /** Whether this was the last attempt; absent is false. */
  readonly final?: boolean;
}

/** The members of SignalR's `HubConnection` that are used. */
export interface HubConnectionLike {
  readonly state: string;
  on(method: string, handler: (...args: any[]) => void): void;
  onreconnecting(callback: (error?: Error) => void): void;
  onclose(callback: (error?: Error) => void): void;
  invoke(method: string, ...args: any[]): Promise<any>;
  stream(method: string, ...args: any[]): { subscribe(subscriber: any): { dispose(): void } };
}

/** Why state is loaded, and until when it is wanted. */
export interface LoadRequest {
  /** The reset that made it necessary; undefined for the first. */
  readonly reset: Reset | undefined;
  /** Aborted when another load takes its place, or the subscription is closed. */
  readonly signal: AbortSignal;
}

/** One of several messages that are published together. */
export interface PublishItem {
  /** A string is text, anything else becomes JSON. */
  readonly data: unknown;
  /** The event type. Default: that of the options. */
  readonly event?: string | undefined;
}

export interface PublishOptions {
  /** The event type. */
  event?: string | undefined;
  /** The idempotency key: of several messages with the same key within five minutes one is stored. Default: random. */
  key?: string | undefined;
  /** Whether a string is JSON, too. Default false: a string is text. */
  json?: boolean | undefined;
  /** For how many milliseconds it is tried. Default 30000. */
  timeout?: number | undefined;
  headers?: HeadersOption | undefined;
  /** As in `fetch`. */
  credentials?: RequestCredentials | undefined;
  signal?: AbortSignal | undefined;
}

/** Headers, or a function that gives them, asked before each request. */
export type HeadersOption = Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>);

export interface CommonOptions<T> {
  /** Continue after this id, which may come from any transport. */
  after?: string | null | undefined;
  /** Where to start without an id. `now`, the default, is for a data store its current value. */
  from?: 'now' | 'earliest' | undefined;
  /** Start with the last so many messages of each store. */
  last?: number | undefined;
  /** Default `auto`. */
  transport?: Transport | undefined;
  /** The application's SignalR connection, which the application starts, and restarts. */
  connection?: HubConnectionLike | undefined;
  /** Where tickets are given, `/stores/_ticket`, or a function that gets one. Every attempt takes a new one. */
  ticket?:
    | string | URL
    | ((request: { stores: readonly string[]; transport: 'sse' | 'websocket' }) => string | Promise<string>)
    | undefined;
  /**
   * Headers of the requests for events, tickets and snapshots; a WebSocket has none, so `auto` with headers and without tickets is
   * Server-Sent Events.
   */
  headers?: HeadersOption | undefined;
  /** As in `fetch`: `include` for cookies to other origins. */
  credentials?: RequestCredentials | undefined;
  /** Default true. False: `data` is the published text, character for character, also where it is JSON. */
  json?: boolean | undefined;
  /**
   * At most one batch of messages in so many milliseconds, from 50 to 60000: the first at once, the newest always included; of a data
   * store the newest alone. Over SignalR not with `json: false`. Default: as fast as possible.
   */
  every?: number | undefined;
  /** Whether after a reset everything comes that the store still keeps, before what is new. Default: true with `from: "earliest"`. */
  refill?: boolean | undefined;
  /**
   * The first wait before a reconnect in milliseconds, doubled with each failure, and up to half as long again at random. Default: random,
   * 500 to 3000. The server's `retry:` replaces it.
   */
  minDelay?: number | undefined;
  /** The longest wait in milliseconds, unless a `Retry-After` is longer. Default 30000. */
  maxDelay?: number | undefined;
  /**
   * After so many milliseconds without a word from the server, keep-alives included, the connection is taken for dead. Default 60000; 0
   * for never.
   */
  silence?: number | undefined;
  /**
   * For how many milliseconds an attempt may take to connect, doubled with each that takes longer, up to 30000. Default 6000, or `silence`
   * where that is shorter; 0 for ever.
   */
  connectTimeout?: number | undefined;
  /** Instead of the global one, which Node 20 lacks. */
  WebSocket?: (new (url: string) => any) | undefined;
  /**
   * Loads the application's own state. It is called when the position is fixed, and again after each reset; messages that come meanwhile
   * are held back until it has ended, so that each is in the state, or handed on after it, or both. What it throws is told to `onError`,
   * and it is called again later.
   */
  load?: ((request: LoadRequest) => unknown) | undefined;
  /**
   * One connection for all tabs of a browser that follow the same stores by the same URL, and say so; a string keeps groups apart, such as
   * those of two users. Where the browser has no locks or channels, and with `connection`, each tab has its own. Default false.
   */
  share?: boolean | string | undefined;
  onMessage?: ((message: Message<T>) => void) | undefined;
  onReset?: ((reset: Reset) => void) | undefined;
  /** A store is complete. Of several stores the others go on. */
  onEnd?: ((end: End) => void) | undefined;
  onState?: ((status: Status) => void) | undefined;
  /** Each failed attempt. The subscription goes on, unless `error.final`. */
  onError?: ((error: StoreError) => void) | undefined;
}

/** One store, or several on one connection. */
export type SubscribeOptions<T = any> =
  CommonOptions<T> & ({ store: string; stores?: undefined } | { stores: readonly string[]; store?: undefined });

export interface Subscription<T = any> extends AsyncIterable<Message<T> | { readonly reset: Reset }> {
  /** The cursor: what `after` continues from, in another subscription, on another transport, after a reload. */
  readonly id: string | null | undefined;
  readonly state: Status['state'];
  readonly transport: Exclude<Transport, 'auto'>;
  /** Ends it for good. */
  close(): void;
  /** Gives the connection up and keeps the place. */
  pause(): void;
  /** Gets what came since `pause()`, and goes on. */
  resume(): void;
}

/** What has changed in a collection. */
export type EntryChange<T = any> =
  | { readonly operation: 'insert' | 'update'; readonly key: string; readonly value: T }
  /** `value`: the one that the key had. */
  | { readonly operation: 'delete'; readonly key: string; readonly value: T }
  /** All keys are there that the store had when the connection was made: after the beginning, a reconnect, and a reset. */
  | { readonly operation: 'ready' };

export interface CollectOptions<T = any> {
  /**
   * What the page has already, of the snapshot whose id the subscription begins after. Default: nothing, and the subscription has to begin
   * without an id.
   */
  initial?: Iterable<readonly [string, T]> | undefined;
  /** Each change, once `entries` has it. */
  onChange?: ((change: EntryChange<T>) => void) | undefined;
}

/** The value of each key of a keyed store. */
export interface EntriesCollection<T = any> {
  /** In order of last change; always the same Map. After a reset it keeps what it has until the new snapshot is complete. */
  readonly entries: ReadonlyMap<string, T>;
  /** Whether the Map is whole: false until the first snapshot is complete, and from a reset to the end of the next one. */
  readonly isReady: boolean;
  /** For `onMessage`: takes each message of the store, and of no other. Throws a TypeError when it is none of a keyed store. */
  take(message: Message): void;
  /** For `onReset`: a reset of the store. */
  reset(): void;
}

/** The collection begins with all keys, so that there is no other place to start from. */
export interface EntriesOptions<T = any>
  extends Omit<CommonOptions<T>, 'after' | 'from' | 'last' | 'json' | 'refill' | 'load' | 'share' | 'onMessage'> {
  /** A keyed store. */
  store: string;
  /** Each change, once `entries` has it. */
  onChange?: ((change: EntryChange<T>) => void) | undefined;
}

/** A keyed store that is followed, with its collection. */
export interface EntriesSubscription<T = any>
  extends Pick<EntriesCollection<T>, 'entries' | 'isReady'>,
    Pick<Subscription<T>, 'id' | 'state' | 'transport' | 'close' | 'pause' | 'resume'> {}
