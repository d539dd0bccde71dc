/** The queues of the loops that read a subscription, one for each loop. */
export class Readers<Item> {
  readonly #queues = new Set<{ items: Item[]; wake: () => void }>();
  #ended: { error?: unknown } | undefined;

  /** @param told Called when a queue is full, when one is empty, and when the last loop was left. */
  constructor(private readonly most: number, private readonly told: { full(): void; drained(): void; left(): void }) {}

  give(item: Item): void {
    for (const queue of this.#queues) {
      if (queue.items.push(item) >= this.most) this.told.full();
      queue.wake();
    }
  }

  end(error?: unknown): void {
    this.#ended = { error };
    for (const queue of this.#queues) queue.wake();
  }

  async *read(): AsyncGenerator<Item, void, undefined> {
    const queue = { items: [] as Item[], wake: () => {} };
    this.#queues.add(queue);
    try {
      for (;;) {
        while (queue.items.length) yield queue.items.shift()!;
        if (this.#ended?.error) throw this.#ended.error;
        if (this.#ended) return;
        this.told.drained();
        await new Promise<void>(resolve => queue.wake = resolve);
      }
    } finally {
      this.#queues.delete(queue);
      if (!this.#queues.size) this.told.left();
    }
  }
}
