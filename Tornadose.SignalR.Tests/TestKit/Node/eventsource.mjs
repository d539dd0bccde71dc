// node eventsource.mjs <url> '{"events":["tornadose.reset"],"headers":{…},"lastEventId":"…","count":3}'
// Prints request {lastEventId}, open, message {event,id,data}, error {code,message,readyState}. Takes {"close":true}.
import { EventSource } from 'eventsource';
import { onCommand, options, print, printCounted, url } from './lines.mjs';

let first = true;

const source = new EventSource(url, {
  fetch: (input, init) => {
    const headers = { ...init.headers, ...options.headers };
    if (first && options.lastEventId) headers['Last-Event-ID'] = options.lastEventId;
    first = false;
    print({ type: 'request', lastEventId: headers['Last-Event-ID'] ?? null });
    return fetch(input, { ...init, headers });
  },
});

source.onopen = () => print({ type: 'open' });
source.onerror = error =>
  print({ type: 'error', code: error.code ?? null, message: error.message ?? null, readyState: source.readyState });
for (const event of ['message', ...(options.events ?? [])]) {
  source.addEventListener(event, message =>
    printCounted({ type: 'message', event: message.type, id: message.lastEventId, data: message.data }));
}

onCommand(command => {
  if (command.close) source.close();
});
