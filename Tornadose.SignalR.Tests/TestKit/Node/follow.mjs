// What the script's tests do in Node and in the browser alike: subscribe, and record all callbacks in globalThis.log.
// collect: of several stores, the one whose collection is kept in log.collection.
export async function follow({ subscribe, collectEntries }, signalR, site, { transport, at = '/stores', collect, ...options }) {
  const log = globalThis.log = { messages: [], resets: [], states: [], errors: [], mirror: new Map() };
  if (collect) log.collection = collectEntries({ onChange: change => mirror(log.mirror, change) });
  if (transport === 'signalr') {
    const connection = options.connection = globalThis.connection = new signalR.HubConnectionBuilder()
      .withUrl(`${site}/hubs/stores`)
      .withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => 50 })
      .configureLogging(signalR.LogLevel.None)
      .build();
    await connection.start();
  }
  globalThis.subscription = subscribe(`${site}${at}`, {
    transport, minDelay: 20, maxDelay: 200, ...options,
    onMessage: message => message.store === collect ? log.collection.take(message) : log.messages.push(message),
    onChange: change => mirror(log.mirror, change),
    onReset: reset => {
      log.resets.push(reset);
      if (reset.store === collect) log.collection.reset();
    },
    onState: status => log.states.push({ ...status, error: status.error?.message }),
    onError: ({ message, status, code, final }) => log.errors.push({ message, status, code, final }),
  });
}

// The collection as the callbacks alone describe it.
function mirror(entries, { operation, key, value }) {
  if (operation === 'ready') return;
  if (entries.delete(key) !== (operation !== 'insert')) throw new Error(`${operation} of ${key}`);
  if (operation !== 'delete') entries.set(key, value);
}
