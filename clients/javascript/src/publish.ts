import { Address, setQuery } from './address';
import { failure, type Failure } from './failure';
import { ask } from './requests';
import { backOff, later } from './timing';
import type { PublishItem, PublishOptions } from './types';

/** The longest time for one request, in milliseconds. */
const tryTimeout = 10_000;

/** A key for all requests of one call, so that however many of them arrive, one message is stored. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID exists only in secure contexts
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

export async function publishTo(url: string | URL, store: string, data: unknown, options: PublishOptions): Promise<string> {
  const isText = typeof data === 'string' && !options.json;
  const body = isText ? data : JSON.stringify(data);
  if (body === undefined) throw new TypeError('The data cannot be written as JSON');
  return post(url, store, body, isText ? 'text/plain' : 'application/json', options);
}

export async function publishManyTo(
  url: string | URL, store: string, items: Iterable<PublishItem>, options: PublishOptions,
): Promise<string> {
  const lines = Array.from(items, ({ data, event }) => {
    if (JSON.stringify(data) === undefined) throw new TypeError('The data cannot be written as JSON');
    return JSON.stringify(typeof data === 'string' && options.json ? { event, format: 'json', data } : { event, data });
  });
  return post(url, store, lines.join('\n'), 'application/x-ndjson', options);
}

async function post(url: string | URL, store: string, body: string, type: string, options: PublishOptions): Promise<string> {
  options.signal?.throwIfAborted(); // an aborted signal raises no more events
  const address = setQuery(new Address(url).store(store), { event: options.event });
  const headers = { 'Content-Type': type, 'Idempotency-Key': options.key ?? newKey() };
  const end = Date.now() + (options.timeout ?? 30_000);
  for (let failures = 0; ; failures++)
    try {
      return await send(address, options, { method: 'POST', headers, body }, end - Date.now());
    } catch (error) {
      options.signal?.throwIfAborted();
      const { final, retryAfter } = error as Failure;
      const wait = backOff(500, 5000, failures, retryAfter);
      if (final || Date.now() + wait >= end) throw error;
      await pause(wait, options.signal);
    }
}

async function send(
  url: URL, options: PublishOptions, init: RequestInit & { headers: Record<string, string> }, left: number,
): Promise<string> {
  const controller = new AbortController();
  const timer = later(Math.min(left, tryTimeout), () => controller.abort(failure('No answer in time')));
  const abort = () => controller.abort(options.signal!.reason);
  options.signal?.addEventListener('abort', abort);
  try {
    const aborted = new Promise<never>((_, reject) => controller.signal.addEventListener('abort', () => reject(controller.signal.reason)));
    const sent = ask(url, options, controller.signal, false, init).then(response => response.json());
    return (await Promise.race([sent, aborted])).id;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', abort);
  }
}

const pause = (wait: number, signal: AbortSignal | undefined): Promise<void> => new Promise((resolve, reject) => {
  const abort = () => {
    clearTimeout(timer);
    reject(signal!.reason);
  };
  const timer = later(wait, () => {
    signal?.removeEventListener('abort', abort);
    resolve();
  });
  signal?.addEventListener('abort', abort);
});
