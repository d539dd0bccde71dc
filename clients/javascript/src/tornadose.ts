import { Follower } from './follower';
import { publishTo } from './publish';
import { canShare, SharedFollower } from './shared';
import type { PublishOptions, SubscribeOptions, Subscription } from './types';

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
 * Publishes a message: a string is text, anything else becomes JSON. It is tried again while the server cannot be reached, or says "not now"; by the key each try is the same message.
 * @param url Where the application has `MapStores` and `MapStorePublishing`: `/stores`.
 * @returns The message's id.
 * @throws StoreError: it was refused, or not taken in time. Whether it was stored is unknown then; another call with the same `key` is safe.
 */
export function publish(url: string | URL, store: string, data: unknown, options: PublishOptions = {}): Promise<string> {
  return publishTo(url, store, data, options);
}
