import type { Address } from './address';
import type { Attempt } from './attempt';
import type { Envelope } from './content';
import type { Cursor } from './cursor';
import type { Settings } from './settings';

/** What a wire knows of its subscription, and tells it. */
export interface Wire {
  readonly settings: Settings;
  readonly address: Address;
  readonly cursor: Cursor;
  readonly attempt: Attempt;

  /** Whether there was a connection before. */
  readonly hasWorked: boolean;

  /** Where stores without an id begin. */
  readonly from: string | undefined;
  readonly last: number | undefined;

  /** The connection stands: its position is fixed, and what is published from now on will come. */
  opened(): void;

  /** Something has come, if only a sign of life. */
  heard(): void;

  /** The server says how long clients should wait before they come back. */
  retry(wait: number): void;

  /** A message, with the id of all stores; over the hub, with its store's own. */
  message(index: number, message: { id?: string | undefined; event?: string | undefined }, data: unknown, bytes: number): void;

  /** The store is complete. */
  end(index: number, id: string): void;

  /** Whether the store is complete, and all of it has come. */
  hasEnded(index: number): boolean;

  /** Messages of the store are missing. `refill`: whether what is kept may be asked for. */
  reset(index: number, reset: NonNullable<Envelope['reset']>, refill?: boolean): void;
}
