// Clients of docs/recipes.md that connect again by themselves: `node reconnect.mjs RECIPE...`. Kills the redis-server they are connected
// to, starts it again when each has been refused, and prints as JSON which options their sockets had before and after.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { optionsOfSockets } from './options-of-sockets.mjs';

const host = '127.0.0.1';
const free = net.createServer().listen(0, host);
await once(free, 'listening');
const { port } = free.address();
free.close();
await once(free, 'close');

async function startRedis() {
  const args = ['--pdeathsig', 'KILL', 'redis-server', '--port', `${port}`, '--bind', host, '--save', ''];
  const child = spawn('setpriv', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('Ready to accept')) break;
  child.stdout.resume();
  return child;
}

const first = await startRedis();
const clients = [];
for (const recipe of process.argv.slice(2)) {
  const options = { IP_TOS: 4 * (clients.length + 1), TCP_USER_TIMEOUT: 4321 };
  const { open } = await import(pathToFileURL(recipe));
  let onRefused;
  const refused = new Promise((resolve) => (onRefused = resolve));
  const onError = ({ code }) => code === 'ECONNREFUSED' && onRefused();
  const client = await open({ host, port, options, onError });
  await client.request();
  clients.push({ name: basename(recipe), options, refused, ...client, before: optionsOfSockets(options) });
}
first.kill('SIGKILL');
await Promise.all(clients.map(({ refused }) => refused));
await startRedis();
await Promise.all(clients.map(({ request }) => request()));
const result = clients.map(({ name, options, before }) => [
  name,
  { options, before, after: optionsOfSockets(options) },
]);
process.stdout.write(JSON.stringify(Object.fromEntries(result)), () => process.exit());
