// node tornadose.mjs <site> '{"module":"…/tornadose.js","transport":"sse","store":"orders",…}': tornadose.js in Node.
// Takes {"id":1,"until":"log.messages.length > 2"} and answers {"type":"answer","id":1,"value":…} when the expression is truthy; the
// expression can use log, subscription and connection.
import * as signalR from '@microsoft/signalr';
import { WebSocket } from 'ws';
import { follow } from './follow.mjs';
import { onCommand, options, print, url } from './lines.mjs';

// With "entries": true it calls followEntries, otherwise subscribe. With "deaf": true no WebSocket is ever answered.
class DeafSocket {
  close() {}
}

// Counts all incoming frames, messages or not.
class CountingSocket extends WebSocket {
  constructor(url) {
    super(url);
    this.addEventListener('message', () => log.frames = (log.frames ?? 0) + 1);
  }
}

const { module, deaf, entries, ...rest } = options;
const { collectEntries, followEntries, subscribe } = await import(module);
const begin = (at, more) => (entries ? followEntries : subscribe)(at, { WebSocket: deaf ? DeafSocket : CountingSocket, ...more });
await follow({ subscribe: begin, collectEntries }, signalR, url.replace(/\/$/, ''), rest);
onCommand(({ id, until }) => {
  const look = new Function(`return ${until}`);
  const timer = setInterval(() => {
    const value = look();
    if (!value) return;
    clearInterval(timer);
    print({ type: 'answer', id, value });
  }, 10);
});
print({ type: 'ready' });
