/**
 * The transport of the messages. `auto` uses SignalR if a `connection` is given; otherwise a WebSocket, in turn with Server-Sent Events
 * when it fails; Server-Sent Events alone with `headers` and no `ticket`.
 */
export type Transport = 'auto' | 'sse' | 'websocket' | 'signalr';
/** A message. Its shape is the same on every transport. */
export interface Message<T = any> {
    /**
     * The id to resume after, on any transport; with several stores, the ids of all of them in one. Undefined if nothing can be resumed
     * after this message.
     */
    readonly id: string | undefined;
    /** The event type; undefined for a plain message. */
    readonly event: string | undefined;
    /**
     * The published value: JSON is parsed, text is a string. With `json: false` always a string: the text or the JSON text, character by
     * character, as it was published.
     */
    readonly data: T;
    /** The name of its store. */
    readonly store: string;
    /** Its size on the wire in bytes of UTF-8: of the event, of the text of the WebSocket frame, or of the hub message as JSON. */
    readonly bytes: number;
}
/**
 * Messages of a store are missing at this point. With `refill`, everything that the store still keeps follows, then new messages; without
 * it, the messages after `id`.
 */
export interface Reset {
    /**
     * `expired`: the messages after the given id are no longer kept. `epoch`: the store's log started again, or the id belongs to another
     * store. `rollback`: the log was rolled back. `unknown`: the store never issued the id, or, over SignalR, the old messages could not be
     * read. `slow`: the reader was too slow, and the log has moved past it.
     */
    readonly reason: 'expired' | 'epoch' | 'rollback' | 'unknown' | 'slow';
    /** The id to resume after. */
    readonly id: string;
    /** The name of the store. */
    readonly store: string;
}
/** A store is complete: nothing more will be published to it. */
export interface End {
    /** The name of the store. */
    readonly store: string;
    /** The id of the end; with several stores, the ids of all of them in one. */
    readonly id: string;
}
/** The state of a subscription. */
export type Status = 
/** An attempt to connect has begun. */
{
    readonly state: 'connecting';
}
/** Old messages are being received: `count` so far. */
 | {
    readonly state: 'replaying';
    readonly count: number;
}
/**
 * `count` old messages were received, and new ones follow. No transport marks the last old message: this state begins after 200 ms
 * without a message, or after 2 seconds.
 */
 | {
    readonly state: 'live';
    readonly count: number;
}
/** Messages are missing. */
 | ({
    readonly state: 'reset';
} & Reset)
/** `in`: milliseconds until the next attempt; undefined while the application's SignalR connection is awaited. */
 | {
    readonly state: 'reconnecting';
    readonly in?: number;
    readonly error?: StoreError;
}
/** `pause()` was called. */
 | {
    readonly state: 'paused';
}
/** Every store is complete, and every message has been received. */
 | {
    readonly state: 'completed';
}
/** `error`: the reason; undefined after `close()`, or when the last loop was left. */
 | {
    readonly state: 'closed';
    readonly error?: StoreError;
};
/** The codes with which the hub refuses a call. */
export type HubCode = 'unauthorized' | 'forbidden' | 'not-found' | 'invalid' | 'completed' | 'unavailable' | 'rate-limited';
/** Why an attempt failed. */
export interface StoreError extends Error {
    /** The HTTP status of the response; for a refusal of the hub, the status that the same refusal has over HTTP. */
    readonly status?: number;
    /** The close code of a WebSocket, or the code of a refusal of the hub. */
    readonly code?: number | HubCode;
    /** Whether no other attempt follows. Absent means false. */
    readonly final?: boolean;
}
/** The members of SignalR's `HubConnection` that this client uses. */
export interface HubConnectionLike {
    readonly state: string;
    on(method: string, handler: (...args: any[]) => void): void;
    onreconnecting(callback: (error?: Error) => void): void;
    onclose(callback: (error?: Error) => void): void;
    invoke(method: string, ...args: any[]): Promise<any>;
    stream(method: string, ...args: any[]): {
        subscribe(subscriber: any): {
            dispose(): void;
        };
    };
}
/** The argument of `load`. */
export interface LoadRequest {
    /** The reset that made the load necessary; undefined if there was none. */
    readonly reset: Reset | undefined;
    /** Aborted when a newer load replaces this one, or the subscription is closed. */
    readonly signal: AbortSignal;
}
/** One of several messages that are published together. */
export interface PublishItem {
    /** A string is published as text, anything else as JSON; with the option `json`, a string as well. */
    readonly data: unknown;
    /** The event type. Default: the option `event`. */
    readonly event?: string | undefined;
}
/** The options of `publish` and `publishMany`. */
export interface PublishOptions {
    /** The event type. Default: none. */
    event?: string | undefined;
    /** The idempotency key: calls with the same key within five minutes store their messages once. Default: random. */
    key?: string | undefined;
    /** Whether a string is published as JSON, too. Default false: a string is text. */
    json?: boolean | undefined;
    /** For how long the request is retried, in milliseconds. Default 30000. */
    timeout?: number | undefined;
    /** The headers of each request. */
    headers?: HeadersOption | undefined;
    /** As in `fetch`. */
    credentials?: RequestCredentials | undefined;
    /** Cancels the call when it is aborted: the call throws its reason. */
    signal?: AbortSignal | undefined;
}
/** Headers, or a function that returns them; it is called before each request. */
export type HeadersOption = Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>);
/** The options of a subscription. An exception of a callback is an unhandled rejection, and the subscription continues. */
export interface CommonOptions<T> {
    /** The id to resume after. It may come from any transport. */
    after?: string | null | undefined;
    /**
     * Where to start without an id: `now` with new messages, `earliest` with everything that the store keeps; a data store starts with its
     * current value in both cases. Default: `now`, but a keyed store starts with all its keys.
     */
    from?: 'now' | 'earliest' | undefined;
    /** Without an id: starts with this many of the last messages of each store, from 0. */
    last?: number | undefined;
    /** Default `auto`. */
    transport?: Transport | undefined;
    /** The application's SignalR connection. The application starts and restarts it. */
    connection?: HubConnectionLike | undefined;
    /**
     * The URL that issues tickets, `/stores/_ticket`, or a function that returns a ticket. Each attempt takes a new one. Not over SignalR.
     */
    ticket?: string | URL | ((request: {
        stores: readonly string[];
        transport: 'sse' | 'websocket';
    }) => string | Promise<string>) | undefined;
    /**
     * The headers of the requests for events, tickets and snapshots. A WebSocket sends none, so `auto` with headers and without tickets is
     * Server-Sent Events.
     */
    headers?: HeadersOption | undefined;
    /** As in `fetch`: `include` for cookies to other origins. */
    credentials?: RequestCredentials | undefined;
    /** Default true. With false, `data` is the published text, character for character, also where it is JSON. */
    json?: boolean | undefined;
    /**
     * The shortest time between two batches of messages in milliseconds, from 50 to 60000. The first batch comes at once, and the newest
     * message is always included; a data store sends only the newest. Not over SignalR with `json: false`. Default: no limit.
     */
    every?: number | undefined;
    /** Whether a reset is followed by everything that the store still keeps, before new messages. Default: true with `from: "earliest"`. */
    refill?: boolean | undefined;
    /**
     * The first wait before a reconnect in milliseconds, from 0. It doubles with each failure, and a random part of up to half of it is
     * added. Default: random, 500 to 3000. The server's `retry:` replaces it.
     */
    minDelay?: number | undefined;
    /** The longest wait in milliseconds, from 0, before the random part is added. A longer `Retry-After` is obeyed. Default 30000. */
    maxDelay?: number | undefined;
    /**
     * The connection is considered dead after this many milliseconds without any data from the server; keep-alives are data. Default 60000;
     * 0 for never. A WebSocket uses at least 2500; SignalR has pings of its own.
     */
    silence?: number | undefined;
    /**
     * How long an attempt to connect may take in milliseconds. It doubles with each attempt that takes longer, up to 30000. Default 6000, or
     * `silence` if that is shorter; 0 for no limit.
     */
    connectTimeout?: number | undefined;
    /** The WebSocket class to use instead of the global one, which Node 20 lacks. */
    WebSocket?: (new (url: string) => any) | undefined;
    /**
     * Loads the application's own state. It is called when the position is fixed, and again after each reset; with `after`, only after a
     * reset. Messages that arrive during a load are delivered after it, so each message is in the state, or delivered after it, or both. If
     * it throws, `onError` gets the error, and it is called again after a wait.
     */
    load?: ((request: LoadRequest) => unknown) | undefined;
    /**
     * Shares one connection among all tabs of a browser that follow the same stores by the same URL with this option. A string separates
     * groups, such as those of two users. Where the browser has no locks or channels, and with `connection`, each tab has its own. Not with
     * `load`. Default false.
     */
    share?: boolean | string | undefined;
    /** Called for each message. */
    onMessage?: ((message: Message<T>) => void) | undefined;
    /** Called when messages of a store are missing. */
    onReset?: ((reset: Reset) => void) | undefined;
    /** Called when a store is complete. With several stores, the others continue. */
    onEnd?: ((end: End) => void) | undefined;
    /** Called with each new state, and each new `count`. */
    onState?: ((status: Status) => void) | undefined;
    /** Called for each failed attempt, and with what `load` throws. The subscription continues, unless `error.final`. */
    onError?: ((error: StoreError) => void) | undefined;
}
/** One store, or several on one connection. */
export type SubscribeOptions<T = any> = CommonOptions<T> & ({
    store: string;
    stores?: undefined;
} | {
    stores: readonly string[];
    store?: undefined;
});
/**
 * A subscription. `for await` reads its messages and resets, and throws a final error. When the last loop is left, the subscription is
 * closed, unless it has `onMessage`.
 */
export interface Subscription<T = any> extends AsyncIterable<Message<T> | {
    readonly reset: Reset;
}> {
    /** The last id. Pass it as `after` to continue in another subscription, on another transport, or after a reload. */
    readonly id: string | null | undefined;
    /** The current state. */
    readonly state: Status['state'];
    /** The transport of the current attempt. */
    readonly transport: Exclude<Transport, 'auto'>;
    /** Ends the subscription for good. */
    close(): void;
    /** Closes the connection and keeps the position. */
    pause(): void;
    /** Reconnects after `pause()`, and continues after the last id. */
    resume(): void;
}
/** A change of a collection. */
export type EntryChange<T = any> = 
/** `value`: the new value of the key. */
{
    readonly operation: 'insert' | 'update';
    readonly key: string;
    readonly value: T;
}
/** `value`: the value that the key had. */
 | {
    readonly operation: 'delete';
    readonly key: string;
    readonly value: T;
}
/** All keys are present that the store had when the connection was made: at the start, and after a reconnect or a reset. */
 | {
    readonly operation: 'ready';
};
/** The options of `collectEntries`. */
export interface CollectOptions<T = any> {
    /**
     * The entries that the page already has, from the snapshot whose id is the subscription's `after`. Default: none, and the subscription
     * must start without an id.
     */
    initial?: Iterable<readonly [string, T]> | undefined;
    /** Called for each change, once `entries` has it. */
    onChange?: ((change: EntryChange<T>) => void) | undefined;
}
/** The value of each key of a keyed store. */
export interface EntriesCollection<T = any> {
    /** In order of last change; always the same Map. After a reset it keeps its entries until the new snapshot is complete. */
    readonly entries: ReadonlyMap<string, T>;
    /**
     * Whether the Map is complete: with `initial` from the start, otherwise from the end of the first snapshot; not from a reset to the end
     * of the next snapshot.
     */
    readonly isReady: boolean;
    /** For `onMessage`: applies a message of this store. Throws a TypeError if it is not a message of a keyed store. */
    take(message: Message): void;
    /** For `onReset`: to be called for a reset of this store. */
    reset(): void;
}
/** The options of `followEntries`. There is no option where to start: a collection starts with all keys. */
export interface EntriesOptions<T = any> extends Omit<CommonOptions<T>, 'after' | 'from' | 'last' | 'json' | 'refill' | 'load' | 'share' | 'onMessage'> {
    /** The name of a keyed store. */
    store: string;
    /** Called for each change, once `entries` has it. */
    onChange?: ((change: EntryChange<T>) => void) | undefined;
}
/** A subscription of a keyed store, with its collection. */
export interface EntriesSubscription<T = any> extends Pick<EntriesCollection<T>, 'entries' | 'isReady'>, Pick<Subscription<T>, 'id' | 'state' | 'transport' | 'close' | 'pause' | 'resume'> {
}
/**
 * Subscribes to one store, or to several on one connection.
 * @param url The URL of `MapStores`: `/stores`. Its query is kept.
 * @throws TypeError, RangeError: an invalid option or URL.
 */
export declare function subscribe<T = any>(url: string | URL, options: SubscribeOptions<T>): Subscription<T>;
/**
 * Subscribes to a keyed store, and keeps its collection: the value of each key.
 * @param url The URL of `MapStores`: `/stores`. Its query is kept: `/stores?key=7` follows one key, but not over SignalR.
 * @throws TypeError, RangeError: an invalid option or URL.
 */
export declare function followEntries<T = any>(url: string | URL, options: EntriesOptions<T>): EntriesSubscription<T>;
/** Makes a collection for a keyed store that is followed together with other stores: pass it the store's messages and resets. */
export declare function collectEntries<T = any>(options?: CollectOptions<T>): EntriesCollection<T>;
/**
 * Publishes a message: a string as text, anything else as JSON. While the server cannot be reached, or answers 408, 421, 425, 429 or 5xx,
 * the request is repeated with the same idempotency key, so that one message is stored.
 * @param url The URL of `MapStores` and `MapStorePublishing`: `/stores`.
 * @param store The name of the store.
 * @param data The value. A TypeError is thrown if it cannot be written as JSON.
 * @returns The message's id.
 * @throws StoreError: the message was refused, or not accepted within `timeout`. In the second case it may have been stored; to call again
 * with the same `key` is safe.
 */
export declare function publish(url: string | URL, store: string, data: unknown, options?: PublishOptions): Promise<string>;
/**
 * Publishes several messages, all or none, with no other message between them. The request is repeated as that of `publish`.
 * @param url The URL of `MapStores` and `MapStorePublishing`: `/stores`.
 * @param store The name of the store.
 * @param items At most 1,000, of 1 MiB together.
 * @returns The id of the last message.
 * @throws StoreError: the messages were refused, or not accepted within `timeout`. In the second case they may have been stored.
 */
export declare function publishMany(url: string | URL, store: string, items: Iterable<PublishItem>, options?: PublishOptions): Promise<string>;
