/** The longest delay of `setTimeout`, in milliseconds: a longer one fires at once. */
const longest = 2 ** 31 - 1;

/** A timer; it never fires if `wait` is infinite. */
export const later = (wait: number, then: () => void): ReturnType<typeof setTimeout> | undefined =>
  wait === Infinity ? undefined : setTimeout(then, Math.min(wait, longest));

/**
 * The wait before the next attempt, in milliseconds: doubled with each failure, plus a random part of up to half of it, so that a thousand
 * clients do not reconnect together; never shorter than the server asks.
 */
export function backOff(first: number, most: number, failures: number, asked = 0): number {
  const wait = Math.min(most, Math.max(first, 1) * 2 ** Math.min(failures, 40));
  return Math.min(longest, Math.floor(Math.max(wait, asked) * (1 + Math.random() / 2)));
}
