import type { Address } from './address';
import type { Attempt } from './attempt';
import type { Envelope } from './content';
import type { Cursor } from './cursor';
import type { Settings } from './settings';

/** The subscription as a transport sees it: its settings and position, and what the transport reports to it. */
export interface Wire {
  readonly settings: Settings;
  readonly address: Address;
  readonly cursor: Cursor;
  readonly attempt: Attempt;

  /** Whether a connection was open before. */
  readonly hasWorked: boolean;

  /** Where stores without an id start. */
  readonly from: string | undefined;
  readonly last: number | undefined;

  /** The connection is open and its position fixed: messages published from now on will be received. */
  opened(): void;

  /** Data was received, if only a keep-alive. */
  heard(): void;

  /** The server's `retry:`: the first wait before a reconnect, in milliseconds. */
  retry(wait: number): void;

  /** A message was received. Its id is that of all stores; over the hub, its store's own. */
  message(index: number, message: { id?: string | undefined; event?: string | undefined }, data: unknown, bytes: number): void;

  /** The store is complete. */
  end(index: number, id: string): void;

  /** Whether the store is complete, and all its messages have been received. */
  hasEnded(index: number): boolean;

  /** Messages of the store are missing. `refill`: whether the messages that it still keeps are requested again. */
  reset(index: number, reset: NonNullable<Envelope['reset']>, refill?: boolean): void;
}
