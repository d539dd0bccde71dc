/** How many ids of each store are remembered, to drop duplicates. */
const remembered = 1000;

/** The position of one store in an id of several stores: the store's own id, or the short form that the server writes. */
const position = /[\da-f]{16}-\d+-[\da-f]{8}(?!\w)|\w+/g;

/** The position of a subscription in each of its stores. The id of several stores is their ids in the order of names, joined by dashes. */
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

  /** The last id after which all stores can be resumed; a page keeps it to continue later. */
  get id(): string | null | undefined {
    return this.#id;
  }

  /** The id of all stores; undefined while one has none: an id without that store would silently skip its messages. */
  get vector(): string | undefined {
    return this.#ids.every(id => id) ? this.#ids.join('-') : undefined;
  }

  /** The id that is sent to the server as `after`, without the stores that begin anew. */
  get after(): string | undefined {
    return this.#ids.filter(id => id).join('-') || (this.isFresh ? undefined : this.#id ?? undefined);
  }

  /** Whether all stores begin where the options `from` and `last` say. */
  isFresh = true;

  /** Whether this store begins there. */
  begins(index: number): boolean {
    return this.isFresh || !this.#ids[index] && this.#ids.some(id => id);
  }

  /** Whether some stores begin there, and others continue. */
  get isPartial(): boolean {
    return !this.isFresh && this.#ids.some((_, index) => this.begins(index));
  }

  own(index: number): string | undefined {
    return this.#ids[index];
  }

  /** The id to continue one store after. An id that cannot be split is sent whole, and the server interprets it. */
  of(index: number): string | null {
    return this.#ids[index] ?? (this.begins(index) ? null : this.#id ?? null);
  }

  /** Called for a new connection: messages of rewound stores are accepted again. */
  connect(): void {
    this.#rewound.clear();
  }

  /** Moves to an id of all stores. */
  move(id: string | null | undefined): void {
    if (!id) return;
    const parts = this.#split(id);
    this.#id = id;
    this.#ids = this.names.map((_, index) => this.#rewound.has(index) ? undefined : parts[index]);
    this.isFresh = false;
  }

  /** Moves one store to its own id. */
  moveStore(index: number, id: string): void {
    this.#ids[index] = id;
    this.#id = this.vector ?? this.#id;
    this.isFresh = false;
  }

  /** Whether the store's message with this id (of all stores, or its own) has not been received before; remembers it. */
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

  /** The store begins anew with the next connection; the others continue at their positions. */
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
