// node ws.mjs <url> '{"protocols":["tornadose.raw"],"headers":{…},"origin":"…","count":3}'
// Prints open {protocol}, message {data,binary}, ping, pong {data}, close {code,reason}, refused {status}, error {message}.
// Takes {"send":"text"}, {"ping":"text"}, {"close":[1000,"reason"]}, {"terminate":true}.
import WebSocket from 'ws';
import { onCommand, options, print, printCounted, url } from './lines.mjs';

const { protocols = [], count, ...rest } = options;
const socket = new WebSocket(url, protocols, rest);

socket.on('open', () => print({ type: 'open', protocol: socket.protocol }));
socket.on('message', (data, binary) =>
  printCounted({ type: 'message', binary, data: data.toString(binary ? 'base64' : 'utf8') }));
socket.on('ping', data => print({ type: 'ping', data: data.toString() }));
socket.on('pong', data => print({ type: 'pong', data: data.toString() }));
socket.on('close', (code, reason) => print({ type: 'close', code, reason: reason.toString() }));
socket.on('unexpected-response', (request, response) => {
  print({ type: 'refused', status: response.statusCode });
  request.destroy();
});
socket.on('error', error => print({ type: 'error', message: error.message }));

onCommand(command => {
  if ('send' in command) socket.send(command.send);
  if ('ping' in command) socket.ping(command.ping);
  if ('close' in command) socket.close(...command.close);
  if ('terminate' in command) socket.terminate();
});
