// SO_REUSEPORT: several http servers in one process listen on one port, and the kernel deals the connections out by a
// hash of their addresses and ports. Works the same between processes of one user; no primary hands anything around.
import { createServer, get } from 'node:http';
import { once } from 'node:events';
import { listen } from 'sockwise';

const SERVERS = 4;
const REQUESTS = 200;
const options = { SO_REUSEPORT: true };

const servers = [];
let port = 0;
for (let number = 1; number <= SERVERS; number++) {
  const server = createServer((_request, response) => response.end(`server ${number}`));
  // Every one of them has to set the option before bind(2), the first too.
  servers.push(await listen(server, { address: '127.0.0.1', port, options }));
  ({ port } = server.address());
}

const answers = new Map();
for (let request = 0; request < REQUESTS; request++) {
  // A connection for each request: connections are dealt out, not requests.
  const [response] = await once(get({ host: '127.0.0.1', port, agent: false }), 'response');
  const [name] = await once(response.setEncoding('utf8'), 'data');
  response.resume();
  answers.set(name, (answers.get(name) ?? 0) + 1);
}

console.log(`${REQUESTS} requests to 127.0.0.1:${port}`);
for (const [name, count] of [...answers].sort()) console.log(`${name}: ${count}`);
for (const server of servers) server.close();
