// TCP_INFO: what the kernel measures on every connection, read from the live sockets of an ordinary http server. Two
// clients ask for the same page, one of them never reads it: the rest of it waits in the server's send queue.
import { Agent, createServer, get } from 'node:http';
import { once } from 'node:events';
import { getOption, listen } from 'sockwise';

const page = Buffer.alloc(16 * 2 ** 20);
const agent = new Agent({ keepAlive: true });
const sockets = [];

const server = await listen(
  createServer((_request, response) => response.end(page)),
  { address: '127.0.0.1' },
);
server.on('connection', (socket) => sockets.push(socket));
const to = { host: '127.0.0.1', port: server.address().port, agent };

const [neverRead] = await once(get(to), 'response');
const [readToTheEnd] = await once(get(to), 'response');
let length = 0;
for await (const part of readToTheEnd) length += part.length;
console.log(`one client has read ${length} bytes`);

for (const socket of sockets) {
  const { state, rttUs, sndCwnd, bytesAcked, notsentBytes } = getOption(socket, 'TCP_INFO');
  console.log(`${socket.remotePort} ${state}: rtt ${rttUs} us, congestion window ${sndCwnd} segments,`);
  console.log(`  ${bytesAcked} bytes acknowledged, ${notsentBytes} not sent yet`);
}

neverRead.destroy();
agent.destroy();
server.close();
