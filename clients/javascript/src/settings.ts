import type { SubscribeOptions } from './types';

/** The options of a subscription, with their defaults. They are documented in `types.ts`. */
export type Settings = ReturnType<typeof settingsOf>;

/** Throws for invalid options at once: later they could cause a reconnect loop without waits. */
export function settingsOf<T>(options: SubscribeOptions<T>) {
  const names = options.stores ?? [options.store!];
  const transport = options.transport ?? 'auto';
  if (!names.length || !names.every(name => name && typeof name === 'string')) throw new TypeError('subscribe needs the name of a store');
  if (transport === 'signalr' && !options.connection) throw new TypeError('SignalR needs a connection');
  const isHub = transport === 'signalr' || transport === 'auto' && !!options.connection;
  const { every } = options;
  if (every !== undefined && !(every >= 50 && every <= 60_000))
    throw new RangeError('every must be a number of milliseconds from 50 to 60000');
  if (every && isHub && options.json === false) throw new TypeError('every and json: false cannot be combined over SignalR');
  const silence = time(options, 'silence', 60_000) || Infinity;
  return {
    ...options,
    names,
    transport,
    isList: !!options.stores,
    isHub,
    json: options.json ?? true,
    refill: options.refill ?? options.from === 'earliest',
    last: options.last ?? undefined,
    silence,
    connectTimeout: time(options, 'connectTimeout', Math.min(6000, silence)) || Infinity,
    // Random, so that a thousand clients do not reconnect at the same time. The server's `retry:` replaces it.
    minDelay: time(options, 'minDelay', 500 + Math.random() * 2500),
    maxDelay: time(options, 'maxDelay', 30_000),
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
  };
}

function time(options: SubscribeOptions, name: 'silence' | 'connectTimeout' | 'minDelay' | 'maxDelay', usual: number): number {
  const value = options[name] ?? usual;
  if (typeof value !== 'number' || !(value >= 0)) throw new RangeError(`${name} must be a number of milliseconds, 0 or more`);
  return value;
}
