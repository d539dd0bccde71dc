/** How the messages come. `auto` is SignalR where a `connection` is given; otherwise a WebSocket, and Server-Sent Events where no WebSocket gets through. */
export type Transport = 'auto' | 'sse' | 'websocket' | 'signalr';

/** A message: of the same shape on every transport. */
export interface Message<T = any> {
  /** The id to continue after, on any transport; of several stores the vector of all their positions. Undefined for a message that cannot be resumed after. */
  readonly id: string | undefined;
  /** The event type; undefined for a plain message. */
  readonly event: string | undefined;
  /** What was published: text that is JSON as its value, other text as a string; with `json: false` always a string. */
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
  /** `error`: why, when it was not `close()`. */
  | { readonly state: 'closed'; readonly error?: StoreError };

/** Why an attempt failed. */
export interface StoreError extends Error {
  /** The status of an HTTP answer. */
  readonly status?: number;
  /** The code that a WebSocket was closed with. */
  readonly code?: number;
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

interface CommonOptions<T> {
  /** Continue after this id, which may come from any transport. */
  after?: string | null;
  /** Where to start without an id. `now`, the default, is for a data store its current value. */
  from?: 'now' | 'earliest';
  /** Start with the last so many messages of each store. */
  last?: number;
  /** Default `auto`. */
  transport?: Transport;
  /** The application's SignalR connection, which the application starts, and restarts. */
  connection?: HubConnectionLike;
  /** Where tickets are given, `/stores/_ticket`, or a function that gets one. Every attempt takes a new one. */
  ticket?: string | URL | ((request: { stores: readonly string[]; transport: 'sse' | 'websocket' }) => string | Promise<string>);
  /** Headers of the requests for events, tickets and snapshots; a WebSocket has none, so `auto` with headers and without tickets is Server-Sent Events. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>);
  /** As in `fetch`: `include` for cookies to other origins. */
  credentials?: RequestCredentials;
  /** Whether text that is JSON becomes its value. Default true. */
  json?: boolean;
  /** Whether after a reset everything comes that is still kept, before what is new. Default: true with `from: "earliest"`. */
  refill?: boolean;
  /** The first wait before a reconnect in milliseconds, doubled with each failure, and up to half as long again at random. Default: random, 500 to 3000. The server's `retry:` and `Retry-After` replace it. */
  minDelay?: number;
  /** The longest wait in milliseconds. Default 30000. */
  maxDelay?: number;
  /** Over Server-Sent Events: after so many milliseconds without a byte, the server's keep-alive comments included, the connection is taken for dead. Default 60000; 0 for never. */
  silence?: number;
  /** Instead of the global one, which Node 20 lacks. */
  WebSocket?: new (url: string) => any;
  onMessage?(message: Message<T>): void;
  onReset?(reset: Reset): void;
  onState?(status: Status): void;
  /** Each failed attempt. The subscription goes on, unless `error.final`. */
  onError?(error: StoreError): void;
}

/** One store, or several on one connection. */
export type SubscribeOptions<T = any> = CommonOptions<T> & ({ store: string; stores?: undefined } | { stores: readonly string[]; store?: undefined });

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

/**
 * Starts to follow one store, or several on one connection.
 * @param url Where the application has `MapStores`: `/stores`.
 */
export function subscribe<T = any>(url: string | URL, options: SubscribeOptions<T>): Subscription<T>;
