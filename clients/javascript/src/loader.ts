import type { Failure } from './failure';
import { backOff, later } from './timing';
import type { LoadRequest } from './types';

type Load = (request: LoadRequest) => unknown;

/**
 * Loads the application's own state, and holds back the messages that arrive during the load. The position is fixed before the load
 * begins, so each message is in the state, or delivered after it, or both; never in neither.
 */
export class Loader<Item> {
  #held: Item[] | undefined;
  #loading: AbortController | undefined;

  constructor(
    private readonly load: Load,
    private readonly give: (item: Item) => void,
    private readonly told: { failed: (error: Failure) => void; full: () => void; drained: () => void },
    private readonly most: number,
  ) {}

  /** Whether messages are being held back. */
  get isBusy(): boolean {
    return !!this.#held;
  }

  /** Holds back messages from now on, because a load is about to start. */
  prepare(): void {
    this.#held ??= [];
  }

  start(request: Omit<LoadRequest, 'signal'>, first: number, longest: number): void {
    this.#loading?.abort();
    this.prepare();
    const { signal } = this.#loading = new AbortController();
    void this.#run({ ...request, signal }, first, longest);
  }

  /** Drops the held messages: the next load brings newer state. */
  stop(): void {
    this.#loading?.abort();
    this.#held = undefined;
  }

  /** @returns Whether the item was held back. */
  hold(item: Item): boolean {
    if (!this.#held) return false;
    if (this.#held.push(item) >= this.most) this.told.full();
    return true;
  }

  async #run(request: LoadRequest, first: number, longest: number): Promise<void> {
    for (let failures = 0; !request.signal.aborted; failures++)
      try {
        await this.load(request);
        return this.#release(request.signal);
      } catch (error) {
        if (request.signal.aborted) return;
        this.told.failed(error as Failure);
        await pause(backOff(first, longest, failures), request.signal);
      }
  }

  #release(signal: AbortSignal): void {
    if (signal.aborted) return;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const item of held) if (!signal.aborted) this.give(item);
    this.told.drained();
  }
}

const pause = (wait: number, signal: AbortSignal): Promise<void> => new Promise(resolve => {
  const timer = later(wait, resolve);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    resolve();
  });
});
