// SO_REUSEPORT on a dgram.Socket, before bind(2): two sockets share a UDP port, and the kernel gives each sender to one of
// them, by a hash of its address and port.
import dgram from 'node:dgram';
import { once } from 'node:events';
import { bindDatagram } from 'sockwise';

const options = { SO_REUSEPORT: true };
let port = 0;
const servers = [];
for (const name of ['first', 'second']) {
  const server = dgram.createSocket('udp4');
  server.on('message', (_data, { port: sender }) => server.send(name, sender, '127.0.0.1'));
  await bindDatagram(server, { address: '127.0.0.1', port, options });
  ({ port } = server.address());
  servers.push(server);
}

const counts = { first: 0, second: 0 };
for (let sender = 0; sender < 64; sender++) {
  const client = dgram.createSocket('udp4');
  client.send('which?', port, '127.0.0.1');
  const [name] = await once(client, 'message');
  counts[name]++;
  client.close();
}
console.log(`64 senders to 127.0.0.1:${port}`);
for (const [name, count] of Object.entries(counts)) console.log(`${name}: ${count}`);
for (const server of servers) server.close();
