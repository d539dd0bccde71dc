import { bytesOf, fromEnvelope, type Envelope } from './content';
import { Completed, failure, type Failure } from './failure';
import { ask } from './requests';
import type { Wire } from './wire';

/** In milliseconds: the server checks its timers once a second. */
const shortestSilence = 2500;

/** A quarter of `silence`, because the server's timer, the network and the page may each be late. From 500 ms to 5 minutes. */
export const heartbeat = (silence: number): string | undefined =>
  silence === Infinity ? undefined : `${Math.min(300_000, Math.max(500, Math.floor(silence / 4)))}ms`;

export const silenceOf = (silence: number): number => Math.max(silence, shortestSilence);

/** The close codes after which another attempt would end the same way. */
const isFinalCode = (code: number, reason: string): boolean =>
  [1003, 1009, 4002].includes(code) || code === 1008 && reason === 'inbound_too_often';

/** Reads a WebSocket. A page cannot see pings and pongs, so the URL asks the server for a heartbeat. */
export async function readSocket(wire: Wire, url: URL): Promise<void> {
  const ended = await untilClosed(wire, url);
  if (!ended) return;
  const hasOpened = wire.attempt.openedAt > 0;
  // A page cannot see why a handshake was refused. Without another transport to show it, a HEAD request asks for the status.
  if (!hasOpened && wire.settings.transport === 'websocket' && !url.searchParams.has('ticket')) {
    const refusal = await refusalOf(wire, url);
    if (refusal) throw refusal;
  }
  throw ended;
}

/** @returns Why it ended; undefined if this client closed it. */
function untilClosed(wire: Wire, url: URL): Promise<Failure | undefined> {
  const { attempt, settings: { WebSocket } } = wire;
  return new Promise(resolve => {
    const socket = new WebSocket(url.href.replace('http', 'ws'));
    socket.onopen = () => attempt.isOver || wire.opened();
    socket.onmessage = ({ data }: { data: string }) => attempt.isOver || takeFrame(wire, data);
    socket.onerror = () => {}; // has no details; a close event follows
    socket.onclose = ({ code, reason }: { code: number; reason: string }) =>
      resolve(code === 1000 && String(reason) === 'completed'
        ? new Completed()
        : failure(`WebSocket: ${code} ${reason}`, { code, final: isFinalCode(code, String(reason)) }));
    attempt.signal.addEventListener('abort', () => {
      socket.close();
      resolve(undefined);
    });
  });
}

function takeFrame(wire: Wire, text: string): void {
  wire.heard();
  let envelope: Envelope;
  try {
    envelope = JSON.parse(text);
  } catch (error) {
    return wire.attempt.stop(failure(`Not from a store: ${error}`));
  }
  const { names, isList, json } = wire.settings;
  const index = isList ? names.indexOf((envelope.reset ?? envelope.end ?? envelope).store!) : 0;
  if (index < 0) return;
  if (envelope.reset) wire.reset(index, envelope.reset);
  else if (envelope.end) wire.end(index, envelope.end.id);
  else if ('data' in envelope) wire.message(index, envelope, fromEnvelope(envelope, text, json), bytesOf(text));
}

/** The same URL without an upgrade shows the reason by its status. */
async function refusalOf(wire: Wire, url: URL): Promise<unknown> {
  try {
    await ask(url, wire.settings, wire.attempt.signal, wire.hasWorked, { method: 'HEAD', headers: {} });
    return undefined;
  } catch (error) {
    return (error as Failure).status ? error : undefined;
  }
}
