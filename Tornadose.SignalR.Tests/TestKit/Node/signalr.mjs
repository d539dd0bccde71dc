// node signalr.mjs <url>
// '{"on":["Message","Reset"],"transport":"WebSockets","protocol":"messagepack","reconnect":true,"stateful":true,"headers":{…},
//   "token":"…","count":3}'
// Prints open {connectionId}, message {method,args}, result {id,value}, item {id,value}, done {id}, failed {id,message}, reconnecting,
// reconnected {connectionId}, close {message}. Takes {"id":1,"invoke":["Subscribe","cpu"]}, {"id":2,"stream":["Watch","cpu"]},
// {"id":2,"cancel":true}, {"send":["Method",…]}, {"stop":true}.
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { onCommand, options, print, printCounted, url } from './lines.mjs';

const builder = new HubConnectionBuilder()
  .withUrl(url, {
    transport: HttpTransportType[options.transport ?? 'WebSockets'],
    headers: options.headers,
    accessTokenFactory: options.token ? () => options.token : undefined,
  })
  .configureLogging(LogLevel.None);
if (options.protocol === 'messagepack') {
  const { MessagePackHubProtocol } = await import('@microsoft/signalr-protocol-msgpack');
  builder.withHubProtocol(new MessagePackHubProtocol());
}
if (options.reconnect) builder.withAutomaticReconnect(Array(200).fill(100));
if (options.stateful) builder.withStatefulReconnect();
const connection = builder.build();
const streams = new Map();

for (const method of options.on ?? ['Message', 'Reset'])
  connection.on(method, (...args) => printCounted({ type: 'message', method, args }));
connection.onreconnecting(error => print({ type: 'reconnecting', message: error?.message ?? null }));
connection.onreconnected(connectionId => print({ type: 'reconnected', connectionId }));
connection.onclose(error => print({ type: 'close', message: error?.message ?? null }));

const fail = (id, error) => print({ type: 'failed', id, message: error.message });

function stream(id, args) {
  streams.set(id, connection.stream(...args).subscribe({
    next: value => printCounted({ type: 'item', id, value }),
    complete: () => print({ type: 'done', id }),
    error: error => fail(id, error),
  }));
}

onCommand(({ id = null, ...command }) => {
  if (command.invoke)
    connection.invoke(...command.invoke).then(
      value => print({ type: 'result', id, value: value ?? null }), error => fail(id, error));
  if (command.stream) stream(id, command.stream);
  if (command.cancel) streams.get(id)?.dispose();
  if (command.send) connection.send(...command.send).catch(error => fail(id, error));
  if (command.stop) connection.stop();
}, () => connection.stop());

connection.start().then(
  () => print({ type: 'open', connectionId: connection.connectionId }), error => fail(null, error));
