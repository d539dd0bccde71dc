import type { HubCode, StoreError } from './types';

interface Details {
  status?: number;
  code?: number | HubCode;
  final?: boolean;
  /** The server's `Retry-After`, in milliseconds. */
  retryAfter?: number | undefined;
}

export type Failure = StoreError & Details;

export const failure = (message: string, details: Details = {}): Failure => Object.assign(new Error(message), details);

/** The connection ended because every store is complete, and all messages have been received. */
export class Completed extends Error {}

/** The 4xx statuses that are retried: the condition of the server or the proxy may pass. */
const passing = [408, 421, 425, 429];

export function isFinal(status: number, hasWorked: boolean): boolean {
  // A store that existed before can be missing while its server is being replaced.
  if (status === 404 && hasWorked) return false;
  return status === 204 || status >= 400 && status < 500 && !passing.includes(status);
}

/** `Retry-After` is a number of seconds, or a date. */
export function retryAfter(value: string | null): number | undefined {
  if (!value) return undefined;
  const wait = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return wait > 0 ? wait : undefined;
}

const statuses: Record<HubCode, number> = {
  invalid: 400, completed: 409, unauthorized: 401, forbidden: 403, 'not-found': 404, 'rate-limited': 429, unavailable: 503,
};

/** A refusal of the hub begins with a code in brackets, after the prefix that SignalR adds. */
export function hubFailure(error: unknown, hasWorked: boolean): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const code = /\[([a-z-]+)\] /.exec(message)?.[1] as HubCode;
  const status = Object.hasOwn(statuses, code) ? statuses[code] : undefined;
  return status ? failure(message, { code, status, final: isFinal(status, hasWorked) }) : error;
}
