/** How many ids of a store are remembered, so that what comes twice is dropped. */
const remembered = 1000;

/** A store's position in an id of several stores: as the store's own id, or in the short form that the server writes. */
const position = /[\da-f]{16}-\d+-[\da-f]{8}(?!\w)|\w+/g;

/**
 * Where a subscription stands in each of its stores. The id of several stores is all of theirs, in the order of the names, joined by
 * dashes.
 */
export class Cursor {
  readonly #seen: Set<string>[];
  readonly #rewound = new Set<number>();
  #ids: (string | undefined)[];
  #id: string | null | undefined;

  constructor(private readonly names: readonly string[], after: string | null | undefined) {
    this.#seen = names.map(() => new Set());
    this.#ids = names.map(() => undefined);
    this.move(after);
  }

  /** What a page keeps, and continues from: the last id that all stores can be resumed by. */
  get id(): string | null | undefined {
    return this.#id;
  }

  /** The id of all stores; undefined while one has none. With that one missing it would silently skip its messages. */
  get vector(): string | undefined {
    return this.#ids.every(id => id) ? this.#ids.join('-') : undefined;
  }

  /** What the server is asked to continue after: without the stores that begin anew. */
  get after(): string | undefined {
    return this.#ids.filter(id => id).join('-') || (this.isFresh ? undefined : this.#id ?? undefined);
  }

  /** Whether all stores begin where the options say. */
  isFresh = true;

  /** Whether this store does. */
  begins(index: number): boolean {
    return this.isFresh || !this.#ids[index] && this.#ids.some(id => id);
  }

  /** Whether some do. */
  get isPartial(): boolean {
    return !this.isFresh && this.#ids.some((_, index) => this.begins(index));
  }

  own(index: number): string | undefined {
    return this.#ids[index];
  }

  /** What to continue a store after, alone. Where the id cannot be taken apart, the server has to make of the whole what it can. */
  of(index: number): string | null {
    return this.#ids[index] ?? (this.begins(index) ? null : this.#id ?? null);
  }

  /** A new connection: what has been rewound comes from now on. */
  connect(): void {
    this.#rewound.clear();
  }

  /** Takes over an id of all stores. */
  move(id: string | null | undefined): void {
    if (!id) return;
    const parts = this.#split(id);
    this.#id = id;
    this.#ids = this.names.map((_, index) => this.#rewound.has(index) ? undefined : parts[index]);
    this.isFresh = false;
  }

  /** Takes over a store's own id. */
  moveStore(index: number, id: string): void {
    this.#ids[index] = id;
    this.#id = this.vector ?? this.#id;
    this.isFresh = false;
  }

  /** Whether a message of the store, with the id of all stores, has not come before. */
  isNew(index: number, id: string): boolean {
    const own = this.#split(id)[index] ?? id;
    const seen = this.#seen[index]!;
    if (seen.has(own)) return false;
    seen.add(own);
    if (seen.size > remembered) seen.delete(seen.values().next().value!);
    return true;
  }

  forget(index: number): void {
    this.#seen[index]!.clear();
  }

  /** The store begins anew with the next connection; the others go on where they are. */
  rewind(index: number): void {
    this.#rewound.add(index);
    this.#ids[index] = undefined;
    this.isFresh = !this.#ids.some(id => id);
  }

  isRewound(index: number): boolean {
    return this.#rewound.has(index);
  }

  #split(id: string): string[] {
    if (this.names.length === 1) return [id];
    const parts = id.match(position) ?? [];
    return parts.length === this.names.length ? parts : [];
  }
}
