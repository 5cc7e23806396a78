// TCP_USER_TIMEOUT and keep-alive on a database-like client, set before connect(2): an idle connection is probed after
// 5 s, and sent data that nobody acknowledges ends it after 10 s, where the kernel's own retries would take 15 minutes
// (tcp_retries2). The server must be told nothing.
import { createServer } from 'node:net';
import { once } from 'node:events';
import { connect, getOption, listen } from 'sockwise';

const failover = {
  SO_KEEPALIVE: true,
  TCP_KEEPIDLE: 5, // seconds idle before the first probe
  TCP_KEEPINTVL: 2, // seconds between probes
  TCP_KEEPCNT: 3, // probes; with TCP_USER_TIMEOUT set the time decides, tcp(7)
  TCP_USER_TIMEOUT: 10_000, // milliseconds
};

const database = await listen(
  createServer((peer) => peer.pipe(peer)),
  { address: '127.0.0.1' },
);
const client = await connect({ host: '127.0.0.1', port: database.address().port, options: failover });

client.write('select 1');
const [answer] = await once(client, 'data');
console.log(`answer: ${answer}`);
for (const name of Object.keys(failover)) console.log(`${name}: ${getOption(client, name)}`);

client.destroy();
database.close();
