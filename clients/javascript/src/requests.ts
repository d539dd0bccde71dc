import { failure, isFinal, retryAfter } from './failure';
import type { HeadersOption } from './types';

export interface RequestOptions {
  headers?: HeadersOption | undefined;
  credentials?: RequestCredentials | undefined;
}

/** How long to wait for the body of a refusal, in milliseconds. */
const patience = 1000;

/** Sends a request with the application's headers. Any status but 200 is thrown as an error. */
export async function ask(
  url: string | URL, options: RequestOptions, signal: AbortSignal, hasWorked: boolean,
  init: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  const own = typeof options.headers === 'function' ? await options.headers() : options.headers;
  const request: RequestInit = { cache: 'no-store', ...init, signal, headers: { ...init.headers, ...own } };
  if (options.credentials) request.credentials = options.credentials;
  const response = await fetch(url, request);
  const { status } = response;
  if (status === 200) return response;
  const words = await Promise.race([response.text(), new Promise<string>(resolve => setTimeout(resolve, patience, ''))]);
  // The ticket may have expired; the next attempt takes a new one.
  const isOldTicket = status === 401 && new URL(url).searchParams.has('ticket');
  const final = !isOldTicket && isFinal(status, hasWorked);
  throw failure(`${status} ${words.trim()}`, { status, final, retryAfter: retryAfter(response.headers.get('Retry-After')) });
}
