import { Collection, FollowedEntries } from './entries';
import { Follower } from './follower';
import { publishManyTo, publishTo } from './publish';
import { canShare, SharedFollower } from './shared';
import type {
  CollectOptions, EntriesCollection, EntriesOptions, EntriesSubscription, PublishItem, PublishOptions, SubscribeOptions, Subscription,
} from './types';

export type * from './types';

/**
 * Starts to follow one store, or several on one connection.
 * @param url Where the application has `MapStores`: `/stores`. A query in it is kept.
 * @throws TypeError, RangeError: an option makes no sense.
 */
export function subscribe<T = any>(url: string | URL, options: SubscribeOptions<T>): Subscription<T> {
  return options.share && !options.connection && canShare() ? new SharedFollower<T>(url, options) : new Follower<T>(url, options);
}

/**
 * Starts to follow a keyed store, and keeps its collection: the value of each key.
 * @param url Where the application has `MapStores`: `/stores`. A query in it is kept: `/stores?key=7` follows one key, but not over
 * SignalR. @throws TypeError, RangeError: an option makes no sense.
 */
export function followEntries<T = any>(url: string | URL, options: EntriesOptions<T>): EntriesSubscription<T> {
  return new FollowedEntries<T>(url, options);
}

/**
 * Makes a collection for a keyed store that is followed together with others: hand it the store's messages and resets.
 */
export function collectEntries<T = any>(options: CollectOptions<T> = {}): EntriesCollection<T> {
  return new Collection<T>(options);
}

/**
 * Publishes a message: a string is text, anything else becomes JSON. It is tried again while the server cannot be reached, or says "not
 * now"; by the key each try is the same message. @param url Where the application has `MapStores` and `MapStorePublishing`: `/stores`.
 * @returns The message's id.
 * @throws StoreError: it was refused, or not taken in time. Whether it was stored is unknown then; another call with the same `key` is
 * safe.
 */
export function publish(url: string | URL, store: string, data: unknown, options: PublishOptions = {}): Promise<string> {
  return publishTo(url, store, data, options);
}

/**
 * Publishes several messages: all of them, with nothing between them, or none. It is tried again as one message is.
 * @param url Where the application has `MapStores` and `MapStorePublishing`: `/stores`.
 * @param items At most 1,000, of 1 MiB together.
 * @returns The id of the last message.
 * @throws StoreError: they were refused, or not taken in time.
 */
export function publishMany(
  url: string | URL, store: string, items: Iterable<PublishItem>, options: PublishOptions = {},
): Promise<string> {
  return publishManyTo(url, store, items, options);
}
