import { Follower } from './follower';
import type { SubscribeOptions, Subscription } from './types';

export type * from './types';

/**
 * Starts to follow one store, or several on one connection.
 * @param url Where the application has `MapStores`: `/stores`. A query in it is kept.
 * @throws TypeError, RangeError: an option makes no sense.
 */
export function subscribe<T = any>(url: string | URL, options: SubscribeOptions<T>): Subscription<T> {
  return new Follower<T>(url, options);
}
