// A client with a local address and port of its choice. IP_BIND_ADDRESS_NO_PORT puts off the choice of the port from
// bind(2) to connect(2): then it need be unique only together with the remote address, so one local address is good for
// as many connections to each server as there are ephemeral ports, not in all.
import { createServer } from 'node:net';
import { connect, listen, reservePort, Socket } from 'sockwise';

const server = await listen(
  createServer((peer) => peer.resume()),
  { address: '127.0.0.1' },
);
const to = { host: '127.0.0.1', port: server.address().port };

for (const IP_BIND_ADDRESS_NO_PORT of [false, true]) {
  const socket = Socket.open({ options: { IP_BIND_ADDRESS_NO_PORT } }).bind({ address: '127.0.0.2' });
  const bound = socket.getsockname();
  await socket.connect({ address: to.host, port: to.port });
  const connected = socket.getsockname();
  const when = bound.port === 0 ? 'connect(2)' : 'bind(2)';
  console.log(`IP_BIND_ADDRESS_NO_PORT ${IP_BIND_ADDRESS_NO_PORT}: ${connected.address} got its port from ${when}`);
  socket.close();
}

// A net.Socket with a port of our choice, for hole punching or a firewall's rule: one that is free, given back for it.
const reservation = reservePort({ address: '127.0.0.2' });
reservation.release();
const client = await connect({ ...to, localAddress: '127.0.0.2', localPort: reservation.port });
console.log(`connect() from port ${reservation.port}: connected from ${client.localAddress}:${client.localPort}`);
client.destroy();
server.close();
