// node golden.mjs '' '{"file":"…/golden.json"}'
// Reads the golden files as clients do: the server-sent events with npm eventsource, the JSON with JSON.parse. Prints error {message} for
// each case that does not give what was published, then done {cases}.
import { readFileSync } from 'node:fs';
import { EventSource } from 'eventsource';
import { end, options, print } from './lines.mjs';

const cases = JSON.parse(readFileSync(options.file, 'utf8'));

const events = wire => new Promise(resolve => {
  const got = [];
  const source = new EventSource('http://golden.example/', {
    fetch: async () => new Response(`${wire}event: golden.end\ndata:\n\n`, { headers: { 'Content-Type': 'text/event-stream' } }),
  });
  for (const type of new Set(['message', ...cases.map(one => one.event ?? 'message')]))
    source.addEventListener(type, event => got.push([event.type, event.lastEventId, event.data]));
  source.addEventListener('golden.end', () => { source.close(); resolve(got); });
});

for (const one of cases) {
  const text = one.data.replace(/\r\n|\r/g, '\n'); // as every reader of the format normalizes line ends
  const expected = JSON.stringify([[one.event ?? 'message', one.id, text]]);
  const got = JSON.stringify(await events(one.sse));
  if (got !== expected) print({ type: 'error', message: `${one.name}: ${got}` });
  const data = one.format === 'json' ? JSON.parse(one.data) : one.data;
  const isJsonString = one.format === 'json' && typeof data === 'string';
  const envelope = { id: one.id, ...(one.event && { event: one.event }), ...(isJsonString && { format: 'json' }), data };
  if (JSON.stringify(JSON.parse(one.json)) !== JSON.stringify(envelope)) print({ type: 'error', message: `${one.name}: ${one.json}` });
}

print({ type: 'done', cases: cases.length });
end();
