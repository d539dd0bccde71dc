/** Items for one reader, who waits for them. */
export class Queue<T> {
  #items: T[] = [];
  #wake = () => {};

  get length(): number {
    return this.#items.length;
  }

  push(item: T): number {
    return this.#items.push(item);
  }

  shift(): T | undefined {
    return this.#items.shift();
  }

  wait(): Promise<void> {
    return new Promise(resolve => this.#wake = resolve);
  }

  wake(): void {
    this.#wake();
  }
}
