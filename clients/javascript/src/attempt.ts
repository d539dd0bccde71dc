import type { Failure } from './failure';
import { later } from './timing';

/** One connection, from its first request to its end, with all timers that belong to it. */
export class Attempt {
  readonly #controller = new AbortController();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout> | undefined>();
  readonly signal = this.#controller.signal;

  /** Why it was ended from here; undefined when it was to make way for another at once. */
  failure: Failure | undefined;

  /** When it got its answer; 0 before. */
  openedAt = 0;

  /** When the server was heard last. */
  heardAt = 0;

  /** Whether it began without an id. */
  isUnplaced = false;

  /** Messages that came, by the time that the past is told from the present. */
  replayed = 0;

  /** Ends when the attempt is ended from here: what it waits for may never come. */
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

  /** Starts a timer, in place of the one of that name. */
  start(name: string, wait: number, then: () => void): void {
    this.cancel(name);
    if (!this.isOver) this.#timers.set(name, later(wait, then));
  }

  cancel(name: string): void {
    clearTimeout(this.#timers.get(name));
  }
}
