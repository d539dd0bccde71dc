import { fromEvent } from './content';
import { EventReader, type ServerSentEvent } from './events';
import { failure } from './failure';
import { ask } from './requests';
import type { Wire } from './wire';

/**
 * Reads Server-Sent Events with `fetch`. Not an EventSource, which stops for good at any status but 200, hides the status, sends no
 * headers, does not show keep-alive comments, and decides by itself when to reconnect.
 */
export async function readEvents(wire: Wire, url: URL): Promise<void> {
  const { attempt, settings } = wire;
  const response = await ask(url, settings, attempt.signal, wire.hasWorked, { headers: { Accept: 'text/event-stream' } });
  if (!/^text\/event-stream\b/i.test(response.headers.get('Content-Type') ?? '')) throw failure('No event stream');
  wire.opened();
  const events = new EventReader(event => attempt.isOver || takeEvent(wire, event));
  const decoder = new TextDecoder();
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || attempt.isOver) return;
    wire.heard();
    events.read(decoder.decode(value, { stream: true }));
  }
}

function takeEvent(wire: Wire, { id, event, data, retry, store, format, bytes }: ServerSentEvent): void {
  if (retry && /^\d+$/.test(retry)) wire.retry(Number(retry));
  if (data === undefined) return;
  if (event === 'tornadose.closed') return wire.attempt.stop(failure('The server ended the subscription', { final: true }));
  const { names, isList, json } = wire.settings;
  if (event === 'tornadose.end') {
    const end = JSON.parse(data);
    return wire.end(isList ? names.indexOf(end.store) : 0, end.id);
  }
  if (event === 'tornadose.reset') {
    const reset = JSON.parse(data);
    return wire.reset(isList ? names.indexOf(reset.store) : 0, reset);
  }
  const index = isList ? names.indexOf(store ?? longestName(names, event)) : 0;
  if (index < 0) return;
  const type = isList ? event!.slice(names[index]!.length + 1) : event;
  wire.message(index, { id, event: type || undefined }, fromEvent(data, format, json), bytes);
}

/** With several stores the event type is `store` or `store/type`. Names may contain slashes, so the longest name that fits wins. */
const longestName = (names: readonly string[], event = ''): string =>
  names.filter(name => event === name || event.startsWith(`${name}/`))
    .reduce((longest, name) => name.length > longest.length ? name : longest, '');
