// How much processor time watchSockets() takes beside many connections: node scripts/measure-watch.mjs [connections]. As root, in a
// namespace of its own.
import { NetworkNamespace, Socket } from '../dist/index.js';
import { watchSockets } from '../dist/service/index.js';

const connections = Number(process.argv[2] ?? 10_000);
const looks = 50;
const waiting = 400;
const intervalMs = 10_000;
const held = [];

function connect(count) {
  const listener = Socket.open().bind({ address: '127.0.0.1', port: 7000 }).listen();
  held.push(listener);
  for (let made = 0; made < count; made++) {
    const client = Socket.open();
    client.tryConnect({ address: '127.0.0.1', port: 7000 });
    held.push(client);
    // A process may have 20,000 descriptors here: the last ones wait in the queue.
    if (made < count - waiting) held.push(listener.tryAccept());
  }
}

const namespace = NetworkNamespace.create();
namespace.run(() => {
  connect(connections);
  const watch = watchSockets({ intervalMs });
  const before = process.cpuUsage();
  for (let look = 0; look < looks; look++) watch.look();
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1000 / looks;
  const of = `${connections} connections (${watch.numbers.connections} sockets)`;
  console.log(`${of}: ${ms.toFixed(1)} ms of CPU time a look, ${((100 * ms) / intervalMs).toFixed(2)} % of a core`);
  watch.close();
});
for (const socket of held) socket.close();
