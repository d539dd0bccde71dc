import type { SubscribeOptions } from './types';

/** Options whose place in the public types is elsewhere, made whole. */
export type Settings = ReturnType<typeof settingsOf>;

/** Bad options are told at once, rather than by a loop without pauses. */
export function settingsOf<T>(options: SubscribeOptions<T>) {
  const names = options.stores ?? [options.store!];
  const transport = options.transport ?? 'auto';
  if (!names.length || !names.every(name => name && typeof name === 'string')) throw new TypeError('subscribe needs the name of a store');
  if (transport === 'signalr' && !options.connection) throw new TypeError('SignalR needs a connection');
  const isHub = transport === 'signalr' || transport === 'auto' && !!options.connection;
  const { every } = options;
  if (every !== undefined && !(every >= 50 && every <= 60_000))
    throw new RangeError('every has to be a number of milliseconds, from 50 to 60000');
  if (every && isHub && options.json === false) throw new TypeError('SignalR has no text at a pace: leave out every, or json: false');
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
    // Without a word of the server each client has its own pace, so that a thousand of them do not come back together.
    minDelay: time(options, 'minDelay', 500 + Math.random() * 2500),
    maxDelay: time(options, 'maxDelay', 30_000),
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
  };
}

function time(options: SubscribeOptions, name: 'silence' | 'connectTimeout' | 'minDelay' | 'maxDelay', usual: number): number {
  const value = options[name] ?? usual;
  if (typeof value !== 'number' || !(value >= 0)) throw new RangeError(`${name} has to be a number of milliseconds, from 0`);
  return value;
}
