/** The URLs below that of `MapStores`. Its query is kept, because a proxy or the application may route by it. */
export class Address {
  readonly #base: URL;

  constructor(url: string | URL) {
    this.#base = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
    this.#base.protocol = this.#base.protocol.replace('ws', 'http');
    this.#base.pathname = trim(this.#base.pathname);
    this.#base.hash = '';
  }

  store(name: string): URL {
    const url = new URL(this.#base);
    url.pathname = `${trim(url.pathname)}/${name}`; // store names need no escaping
    return url;
  }

  list(names: readonly string[]): URL {
    const url = new URL(this.#base);
    url.searchParams.delete('store');
    for (const name of names) url.searchParams.append('store', name);
    return url;
  }

  /** An address relative to the URL of `MapStores`. */
  resolve(url: string | URL): string {
    return new URL(url, this.#base).href;
  }
}

/** Removes trailing slashes. */
const trim = (path: string): string => path.replace(/\/+$/, '');

export function setQuery(url: URL, query: Record<string, string | number | null | undefined>): URL {
  for (const [name, value] of Object.entries(query)) if (value != null) url.searchParams.set(name, String(value));
  return url;
}
