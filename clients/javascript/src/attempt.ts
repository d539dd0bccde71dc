import type { Failure } from './failure';
import { later } from './timing';

/** One connection, from its first request to its end, with all timers that belong to it. */
export class Attempt {
  readonly #controller = new AbortController();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout> | undefined>();
  readonly signal = this.#controller.signal;

  /** Why this client ended the attempt; undefined if the next attempt is to begin at once. */
  failure: Failure | undefined;

  /** When the connection was opened; 0 before. */
  openedAt = 0;

  /** When data was last received. */
  heardAt = 0;

  /** Whether it began without an id to continue after. */
  isUnplaced = false;

  /** Messages received so far: the number of old ones, until the state becomes `live`. */
  replayed = 0;

  /** Resolves when this client ends the attempt, because what the attempt awaits may never complete. */
  readonly stopped = new Promise<void>(resolve => this.signal.addEventListener('abort', () => resolve()));

  get isOver(): boolean {
    return this.signal.aborted;
  }

  stop(failure?: Failure): void {
    if (this.isOver) return;
    this.failure = failure;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#controller.abort(failure);
  }

  /** Starts a timer, and replaces the one with the same name. */
  start(name: string, wait: number, then: () => void): void {
    this.cancel(name);
    if (!this.isOver) this.#timers.set(name, later(wait, then));
  }

  cancel(name: string): void {
    clearTimeout(this.#timers.get(name));
  }
}
