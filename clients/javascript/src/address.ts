/** The URLs below the one of `MapStores`. Its query is kept, for it may tell a proxy, or the application, where to go. */
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
    url.pathname = `${trim(url.pathname)}/${name}`; // the characters of names need no escapes
    return url;
  }

  list(names: readonly string[]): URL {
    const url = new URL(this.#base);
    url.searchParams.delete('store');
    for (const name of names) url.searchParams.append('store', name);
    return url;
  }

  /** Another address of the same application. */
  resolve(url: string | URL): string {
    return new URL(url, this.#base).href;
  }
}

/** Without slashes at the end, but for the one that a path begins with. */
const trim = (path: string): string => path.replace(/\/+$/, '');

export function setQuery(url: URL, query: Record<string, string | number | null | undefined>): URL {
  for (const [name, value] of Object.entries(query)) if (value != null) url.searchParams.set(name, String(value));
  return url;
}
