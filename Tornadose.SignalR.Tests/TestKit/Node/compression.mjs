// node compression.mjs 'http://localhost:5000'
// A front end's development server as Express and webpack-dev-server set it up: compression first, then a proxy to the URL. Prints
// listening {port}.
import compression from 'compression';
import { createServer, request } from 'node:http';
import { onCommand, print, url } from './lines.mjs';

const compress = compression();
const server = createServer((incoming, outgoing) => compress(incoming, outgoing, () => {
  const onward = request(new URL(incoming.url, url), { method: incoming.method, headers: incoming.headers }, answer => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  incoming.pipe(onward);
  outgoing.on('close', () => onward.destroy());
}));
server.listen(0, '127.0.0.1', () => print({ type: 'listening', port: server.address().port }));
onCommand(() => {});
