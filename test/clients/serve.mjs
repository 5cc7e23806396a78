// The servers of docs/recipes.md: `node serve.mjs RECIPE...` serves each twice on one port, which SO_REUSEPORT allows if it is there
// before bind(2), asks the first, and prints as JSON what came of it.
import dgram from 'node:dgram';
import { once } from 'node:events';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getOption } from 'sockwise';
import { WebSocket } from 'ws';

const address = '127.0.0.1';
const options = { SO_REUSEPORT: true };

async function overWebSocket(url) {
  const client = new WebSocket(url);
  await once(client, 'open');
  client.send('echoed');
  const [data] = await once(client, 'message');
  client.close();
  return String(data);
}

/** The handshake of Engine.IO: https://socket.io/docs/v4/engine-io-protocol. */
async function overEngine(url) {
  const text = await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text();
  return JSON.parse(text.slice(1)).upgrades.join();
}

async function overUdp(port) {
  const client = dgram.createSocket('udp4');
  client.send('echoed', port, address);
  const [data] = await once(client, 'message');
  client.close();
  return String(data);
}

const results = {};
for (const recipe of process.argv.slice(2)) {
  const name = basename(recipe);
  const { serve } = await import(pathToFileURL(recipe));
  const server = await serve({ address, port: 0, options });
  const { port } = server.address();
  const second = await serve({ address, port, options });
  const closed = once(second, 'close');
  second.close();
  await closed;
  const url = `${address}:${port}`;
  const answers = [];
  if (name === 'dgram.mjs') answers.push(await overUdp(port));
  else answers.push(await (await fetch(`http://${url}`)).text());
  if (name === 'ws-server.mjs') answers.push(await overWebSocket(`ws://${url}`));
  if (name === 'socket.io.mjs') answers.push(await overEngine(`http://${url}`));
  results[name] = { shared: getOption(server, 'SO_REUSEPORT'), answers };
}
process.stdout.write(JSON.stringify(results), () => process.exit());
