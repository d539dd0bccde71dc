// node parse.mjs
// Takes {"streams":[["base64",…],…]}: event streams, each in pieces. Prints parsed {streams:[[{event,data,id},…],…]}.
import { createParser } from 'eventsource-parser';
import { onCommand, print } from './lines.mjs';

function parse(pieces) {
  const events = [];
  const parser = createParser({ onEvent: event => events.push(event) });
  const decoder = new TextDecoder();
  for (const piece of pieces) parser.feed(decoder.decode(Buffer.from(piece, 'base64'), { stream: true }));
  return events;
}

onCommand(({ streams }) => print({ type: 'parsed', streams: streams.map(parse) }));
