// One of three members of a SO_REUSEPORT group leaves where the kernel migrates queues: `unshare -rn node reuseport-migrate.mjs`. It
// prints what came of the connections as JSON.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { getOption, NetworkNamespace, Socket } from '../../dist/index.js';
import { joinReuseport } from '../../dist/service/index.js';

NetworkNamespace.current().setLink('lo', { up: true });
writeFileSync('/proc/sys/net/ipv4/tcp_migrate_req', '1');

const address = '127.0.0.1';
const port = 7000;
const members = [];
for (const name of ['one', 'two', 'three']) {
  const server = createServer((socket) => socket.on('error', () => {}).end(name));
  members.push({ server, member: await joinReuseport(server, { address, port }) });
}
const connect = () => {
  const client = Socket.open();
  client.tryConnect({ address, port });
  return client;
};
const outcomes = async (clients) => {
  const counts = {};
  for (const client of clients) {
    const outcome = await client.recv().then(String, ({ code }) => code);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
};

// Of this turn of the event loop: none of them has been accepted when the member leaves.
const before = Array.from({ length: 60 }, connect);
const [{ server, member }] = members;
const waiting = getOption(server, 'TCP_INFO').unacked;
const left = await member.leave();
const [early, after] = [await outcomes(before), await outcomes(Array.from({ length: 60 }, connect))];
process.stdout.write(JSON.stringify({ waiting, left, listening: server.listening, early, after }), () =>
  process.exit(),
);
