// How long profile('failover') takes to notice that the peer is gone: node scripts/measure-profile.mjs [milliseconds...]. As root, in
// two namespaces of its own.
import { NetworkNamespace, Socket } from '../dist/index.js';
import { profile } from '../dist/service/index.js';

const claimed = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [3000, 5000, 20_000];
const at = { address: '192.168.0.2', port: 8080 };
const [near, far] = [NetworkNamespace.create(), NetworkNamespace.create()];
near.addVeth(far, { name: 'eth0', peerName: 'eth0' });
near.addAddress('eth0', '192.168.0.1/24');
far.addAddress('eth0', '192.168.0.2/24');
const listener = far.run(() => Socket.open().bind(at).listen());

async function connected(options) {
  const client = near.run(() => Socket.open({ options }));
  await client.connect(at);
  (await listener.accept()).detach();
  return client;
}

/** When a call fails, in milliseconds from the cut, and with what. */
async function failure(call, cut) {
  const code = await call.then(
    () => 'nothing',
    (error) => error.code,
  );
  return `${Math.round(performance.now() - cut)} ms (${code})`;
}

const rows = [];
for (const withinMs of claimed) {
  const options = profile('failover', { withinMs });
  const [busy, idle] = [await connected(options), await connected(options)];
  rows.push({ withinMs, options, busy, idle });
}
far.setLink('eth0', { up: false });
const cut = performance.now();
const measured = await Promise.all(
  rows.map(async ({ withinMs, options, busy, idle }) => {
    busy.trySend('x');
    const late = near.run(() => Socket.open({ options }));
    const calls = { 'data in flight': busy.recv(), idle: idle.recv(), connect: late.connect(at) };
    const times = await Promise.all(
      Object.entries(calls).map(async ([name, call]) => [name, await failure(call, cut)]),
    );
    for (const socket of [busy, idle, late]) socket.close();
    return { claimed: `${withinMs} ms`, ...Object.fromEntries(times) };
  }),
);
console.table(measured);
listener.close();
