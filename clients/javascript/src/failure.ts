import type { HubCode, StoreError } from './types';

interface Details {
  status?: number;
  code?: number | HubCode;
  final?: boolean;
  /** Milliseconds that the server wants to be left alone for. */
  retryAfter?: number | undefined;
}

export type Failure = StoreError & Details;

export const failure = (message: string, details: Details = {}): Failure => Object.assign(new Error(message), details);

/** The end of a wire on which everything has come, and nothing will any more. */
export class Completed extends Error {}

/** Statuses of the kind 4xx that another attempt may change: the server, or a proxy, says "not now". */
const passing = [408, 421, 425, 429];

export function isFinal(status: number, hasWorked: boolean): boolean {
  // A store that was there before is missing while its server is being replaced.
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

/** The hub's refusals begin with a code in brackets, after words of SignalR's own. */
export function hubFailure(error: unknown, hasWorked: boolean): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const code = /\[([a-z-]+)\] /.exec(message)?.[1] as HubCode;
  const status = Object.hasOwn(statuses, code) ? statuses[code] : undefined;
  return status ? failure(message, { code, status, final: isFinal(status, hasWorked) }) : error;
}
