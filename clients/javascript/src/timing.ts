/** A longer one would be taken for none, and be over at once. */
const longest = 2 ** 31 - 1;

/** A timer that never comes for an infinite time. */
export const later = (wait: number, then: () => void): ReturnType<typeof setTimeout> | undefined =>
  wait === Infinity ? undefined : setTimeout(then, Math.min(wait, longest));

/**
 * The wait before the next attempt: twice as long after each failure, at random up to half as long again, so that a thousand clients do
 * not come back together; never shorter than the server wants.
 */
export function backOff(first: number, most: number, failures: number, asked = 0): number {
  const wait = Math.min(most, Math.max(first, 1) * 2 ** Math.min(failures, 40));
  return Math.min(longest, Math.floor(Math.max(wait, asked) * (1 + Math.random() / 2)));
}
