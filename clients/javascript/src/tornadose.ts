import { Collection, FollowedEntries } from './entries';
import { Follower } from './follower';
import { publishManyTo, publishTo } from './publish';
import { canShare, SharedFollower } from './shared';
import type {
  CollectOptions, EntriesCollection, EntriesOptions, EntriesSubscription, PublishItem, PublishOptions, SubscribeOptions, Subscription,
} from './types';

export type * from './types';

/**
 * Subscribes to one store, or to several on one connection.
 * @param url The URL of `MapStores`: `/stores`. Its query is kept.
 * @throws TypeError, RangeError: an invalid option or URL.
 */
export function subscribe<T = any>(url: string | URL, options: SubscribeOptions<T>): Subscription<T> {
  return options.share && !options.connection && canShare() ? new SharedFollower<T>(url, options) : new Follower<T>(url, options);
}

/**
 * Subscribes to a keyed store, and keeps its collection: the value of each key.
 * @param url The URL of `MapStores`: `/stores`. Its query is kept: `/stores?key=7` follows one key, but not over SignalR.
 * @throws TypeError, RangeError: an invalid option or URL.
 */
export function followEntries<T = any>(url: string | URL, options: EntriesOptions<T>): EntriesSubscription<T> {
  return new FollowedEntries<T>(url, options);
}

/** Makes a collection for a keyed store that is followed together with other stores: pass it the store's messages and resets. */
export function collectEntries<T = any>(options: CollectOptions<T> = {}): EntriesCollection<T> {
  return new Collection<T>(options);
}

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
export function publish(url: string | URL, store: string, data: unknown, options: PublishOptions = {}): Promise<string> {
  return publishTo(url, store, data, options);
}

/**
 * Publishes several messages, all or none, with no other message between them. The request is repeated as that of `publish`.
 * @param url The URL of `MapStores` and `MapStorePublishing`: `/stores`.
 * @param store The name of the store.
 * @param items At most 1,000, of 1 MiB together.
 * @returns The id of the last message.
 * @throws StoreError: the messages were refused, or not accepted within `timeout`. In the second case they may have been stored.
 */
export function publishMany(
  url: string | URL, store: string, items: Iterable<PublishItem>, options: PublishOptions = {},
): Promise<string> {
  return publishManyTo(url, store, items, options);
}
