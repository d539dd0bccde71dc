// The memory of the dashboard's page while messages arrive:
//   node eng/heap.mjs [--minutes 60] [--rate 10] [--every 60] [--from 5] [--url http://localhost:5000]
// Every --every seconds it collects garbage and prints what remains. It publishes --rate notes a second, in addition to what the dashboard
// publishes. At the end it prints the kinds of objects that have grown by more than 1 KB since --from minutes after the start (5:
// everything was shown once by then). It needs a running dashboard, Chromium on the PATH, and the test clients:
//   (cd Tornadose.SignalR.Tests/TestKit/Node && npm ci)
import { parseArgs } from 'node:util';
import { openBrowser } from './browser.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '10' },
    every: { type: 'string', default: '60' },
    from: { type: 'string', default: '5' },
    url: { type: 'string', default: 'http://localhost:5000' },
  },
});
const [minutes, rate, every, from] = [values.minutes, values.rate, values.every, values.from].map(Number);
const sleep = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
const live = () => document.querySelector('[data-pill]').dataset.state === 'live';

const browser = await openBrowser();
const page = await browser.newPage();
page.setDefaultTimeout(120_000);
page.on('pageerror', error => console.error(error));
await page.goto(values.url);
await page.waitForFunction(live);
const cdp = await page.context().newCDPSession(page);
await cdp.send('HeapProfiler.enable');
await cdp.send('Performance.enable');

const begin = Date.now();
const end = begin + minutes * 60_000;
let published = 0;
const publishing = publish();
console.log('minute  heap MB  DOM nodes  listeners  notes published');
let before;
for (let next = begin; next <= end; next += every * 1000) {
  await sleep(next - Date.now());
  await print();
  if (next - begin >= from * 60_000) before ??= await kinds();
}
printGrown(before ?? new Map(), await kinds());
published = NaN;
await publishing;
await browser.close();

async function print() {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  const metrics = Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  const minute = ((Date.now() - begin) / 60_000).toFixed(1);
  console.log([minute.padStart(6), (usedSize / 1e6).toFixed(2).padStart(7), `${metrics.Nodes}`.padStart(9), `${metrics.JSEventListeners}`.padStart(9), `${published}`.padStart(15)].join('  '));
}

// Bytes by kind of object, from a heap snapshot. Strings and numbers are one kind each.
async function kinds() {
  const chunks = [];
  const keep = ({ chunk }) => chunks.push(chunk);
  cdp.on('HeapProfiler.addHeapSnapshotChunk', keep);
  await cdp.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  cdp.off('HeapProfiler.addHeapSnapshotChunk', keep);
  const { snapshot: { meta }, nodes, strings } = JSON.parse(chunks.join(''));
  const [type, name, size] = ['type', 'name', 'self_size'].map(field => meta.node_fields.indexOf(field));
  const bytes = new Map();
  for (let at = 0; at < nodes.length; at += meta.node_fields.length) {
    const kind = meta.node_types[type][nodes[at + type]];
    const key = /string|number/.test(kind) ? kind : `${kind} ${strings[nodes[at + name]].slice(0, 60)}`;
    bytes.set(key, (bytes.get(key) ?? 0) + nodes[at + size]);
  }
  return bytes;
}

function printGrown(then, now) {
  console.log('grown by bytes  kind');
  const grown = [...now].map(([kind, bytes]) => [bytes - (then.get(kind) ?? 0), kind]).filter(([bytes]) => bytes > 1024).sort(([a], [b]) => b - a);
  for (const [bytes, kind] of grown) console.log(`${bytes}`.padStart(14), kind);
}

// Keeps the rate on average, however long a single answer takes.
async function publish() {
  while (!Number.isNaN(published)) {
    const due = Math.floor((Date.now() - begin) / 1000 * rate) - published;
    if (due > 0) {
      await Promise.all(Array.from({ length: Math.min(due, 50) }, (_, index) =>
        fetch(`${values.url}/stores/notes`, { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: `note ${published + index}` })));
      published += Math.min(due, 50);
    }
    await sleep(50);
  }
}
