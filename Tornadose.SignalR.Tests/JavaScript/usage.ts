// What users write; compiled by TypeDeclarationTests, never run.
import { HubConnectionBuilder } from '@microsoft/signalr';
import {
  collectEntries, followEntries, publishMany, subscribe, type EntriesCollection, type End, type EntryChange, type Message, type Reset,
  type Status, type StoreError, type Subscription,
} from '../../Tornadose.SignalR/wwwroot/tornadose.js';

interface Order {
  item: string;
  count: number;
}

const orders: Subscription<Order> = subscribe<Order>('/stores', {
  store: 'orders',
  after: localStorage.getItem('orders'),
  from: 'earliest',
  onMessage({ id, event, data, store, bytes }: Message<Order>) {
    const line: string = `${store} ${event ?? ''} ${data.item}: ${data.count.toFixed()} (${bytes.toFixed()})`;
    if (id) localStorage.setItem('orders', id);
    document.title = line;
  },
  onReset: ({ reason, id }: Reset) => console.warn(reason === 'slow', id.length),
  onError: (error: StoreError) => console.error(error.status, error.code, error.final, error.message),
  onEnd: ({ store, id }: End) => console.info(store, id.length),
  onState: pill,
});

function pill(status: Status): string {
  switch (status.state) {
    case 'connecting': return '…';
    case 'live': return `live ${status.count}`;
    case 'replaying': return `${status.count}`;
    case 'reset': return status.reason;
    case 'reconnecting': return status.in === undefined ? 'waiting' : `in ${Math.ceil(status.in / 1000)} s`;
    case 'paused': return 'paused';
    case 'completed': return 'complete';
    case 'closed': return status.error?.message ?? 'closed';
  }
}

void publishMany('/stores', 'orders', [{ data: { item: 'tea' } }, { data: 'text', event: 'note' }], { key: 'k1' })
  .then((id: string) => console.log(id));

async function several(): Promise<void> {
  for await (const item of subscribe('/stores', {
    stores: ['cpu', 'notes'], last: 20, transport: 'sse', headers: async () => ({ Authorization: 'Bearer …' }),
  })) {
    if ('reset' in item) console.warn(item.reset.store, item.reset.reason);
    else console.log(item.store, item.data);
  }
}

const connection = new HubConnectionBuilder().withUrl('/hubs/stores').build();
const notes = subscribe<string>('/stores', { store: 'notes', connection, json: false, refill: true });
const socket = subscribe(new URL('https://example.com/stores'), { store: 'notes', transport: 'websocket', ticket: '/stores/_ticket' });
const own = subscribe('/stores', { store: 'notes', ticket: async ({ stores, transport }) => `${stores.join()} ${transport}` });
const transports: ('sse' | 'websocket' | 'signalr')[] = [orders, notes, socket, own].map(subscription => subscription.transport);
orders.pause();
orders.resume();
orders.close();
void several().then(() => console.log(transports, orders.id?.length, orders.state === 'live'));

interface Device {
  load: number;
}

const devices = followEntries<Device>('/stores', {
  store: 'devices',
  every: 500,
  onChange(change: EntryChange<Device>) {
    if (change.operation === 'ready') document.title = `${devices.entries.size} ${devices.isReady}`;
    else document.getElementById(change.key)!.textContent = change.operation === 'delete' ? '' : change.value.load.toFixed();
  },
  onReset: ({ reason }) => console.warn(reason),
});
for (const [key, { load }] of devices.entries) console.log(key, load.toFixed(), devices.entries.get(key)?.load, devices.state === 'live');
devices.close();
const rooms: EntriesCollection<Device> = collectEntries<Device>({
  initial: [['7', { load: 1 }]], onChange: ({ operation }) => console.log(operation),
});
subscribe('/stores', {
  stores: ['rooms', 'orders'],
  onMessage: message => message.store === 'rooms' ? rooms.take(message) : console.log(message.data),
  onReset: ({ store }) => { if (store === 'rooms') rooms.reset(); },
});
// @ts-expect-error: nobody but the store changes the collection
devices.entries.clear();
// @ts-expect-error: the collection begins with all keys
followEntries('/stores', { store: 'devices', from: 'now' });

// @ts-expect-error: a store has to be named
subscribe('/stores', { from: 'now' });
// @ts-expect-error: one store, or several
subscribe('/stores', { store: 'a', stores: ['a'] });
// @ts-expect-error: there is no such transport
subscribe('/stores', { store: 'a', transport: 'carrier pigeon' });
