import { call, Follower } from './follower';
import type {
  CollectOptions, EntriesCollection, EntriesOptions, EntriesSubscription, EntryChange, Message, Status, SubscribeOptions, Transport,
} from './types';

/** A message of a keyed store, in the format of the State Protocol. */
interface Change<T> {
  readonly key: string;
  readonly value: T;
  readonly headers: {
    readonly operation?: 'insert' | 'update' | 'delete';
    readonly control?: 'snapshot-start' | 'snapshot-end' | 'reset';
  };
}

/**
 * Builds a collection from the messages. A new snapshot does not empty it: it marks all present keys as stale, each key that is received
 * clears its mark, and the end of the snapshot removes the keys that are still marked. So a page does not flicker, and a connection that
 * breaks within a snapshot and continues after the last key needs no special case.
 */
export class Collection<T> implements EntriesCollection<T> {
  readonly entries: Map<string, T>;
  isReady: boolean;
  readonly #stale = new Set<string>();
  readonly #onChange: CollectOptions<T>['onChange'];

  constructor({ initial, onChange }: CollectOptions<T> = {}) {
    this.entries = new Map(initial);
    this.isReady = !!initial;
    this.#onChange = onChange;
  }

  take({ id, store, data }: Message): void {
    const { key, value, headers: { operation, control } = {} }: Partial<Change<T>> = (typeof data === 'string' ? parse(data) : data) ?? {};
    if (control) this.#control(control);
    else if (operation === 'delete') this.#delete(key!);
    else if (operation) this.#put(key!, value!);
    else if (id) throw new TypeError(`'${store}' is no keyed store`);
  }

  reset(): void {
    this.isReady = false; // the snapshot follows
  }

  #control(control: Change<T>['headers']['control']): void {
    if (control === 'snapshot-end') this.#complete();
    else if (control === 'reset' && this.isReady) this.#deleteAll(this.entries.keys()); // the store was cleared: no snapshot follows
    else this.#begin();
  }

  #begin(): void {
    this.isReady = false;
    for (const key of this.entries.keys()) this.#stale.add(key);
  }

  #complete(): void {
    this.#deleteAll(this.#stale);
    this.isReady = true;
    this.#tell({ operation: 'ready' });
  }

  #put(key: string, value: T): void {
    // Not the server's operation: it differs if this reader has skipped a removal in between.
    const operation = this.entries.delete(key) ? 'update' : 'insert';
    this.entries.set(key, value);
    this.#stale.delete(key);
    this.#tell({ operation, key, value });
  }

  #delete(key: string): void {
    const value = this.entries.get(key) as T;
    this.#stale.delete(key);
    if (this.entries.delete(key)) this.#tell({ operation: 'delete', key, value });
  }

  #deleteAll(keys: Iterable<string>): void {
    for (const key of [...keys]) this.#delete(key);
  }

  #tell(change: EntryChange<T>): void {
    call(this.#onChange, change);
  }
}

function parse(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A subscription of one keyed store, with its collection. */
export class FollowedEntries<T> implements EntriesSubscription<T> {
  readonly #collection: Collection<T>;
  readonly #follower: Follower<T>;

  constructor(url: string | URL, options: EntriesOptions<T>) {
    const { onChange, onReset } = options;
    this.#collection = new Collection<T>({ onChange });
    this.#follower = new Follower<T>(url, {
      ...options,
      ...{ stores: undefined, after: undefined, from: undefined, last: undefined, json: true, refill: false, load: undefined },
      onMessage: message => this.#take(message),
      onReset: reset => {
        this.#collection.reset();
        onReset?.(reset);
      },
    } as SubscribeOptions<T>);
  }

  get entries(): ReadonlyMap<string, T> {
    return this.#collection.entries;
  }

  get isReady(): boolean {
    return this.#collection.isReady;
  }

  get id(): string | null | undefined {
    return this.#follower.id;
  }

  get state(): Status['state'] {
    return this.#follower.state;
  }

  get transport(): Exclude<Transport, 'auto'> {
    return this.#follower.transport;
  }

  close(): void {
    this.#follower.close();
  }

  pause(): void {
    this.#follower.pause();
  }

  resume(): void {
    this.#follower.resume();
  }

  #take(message: Message): void {
    try {
      this.#collection.take(message);
    } catch (error) {
      this.#follower.refuse((error as TypeError).message);
    }
  }
}
