import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { built, root, run } from '../support/children.js';
import { needs } from '../support/needs.js';

const runtimes = [
  {
    name: 'Bun',
    folder: '.cache/bun',
    package: '@oven/bun-linux-x64',
    binary: '@oven/bun-linux-x64/bin/bun',
    args: [],
  },
  { name: 'Deno', folder: '.cache/deno', package: 'deno', binary: '@deno/linux-x64-glibc/deno', args: ['run', '-A'] },
];

/**
 * Each call once, against a server of the runtime's own: what came of it. A connection counts if it has the option and
 * brings data, a server if it has the option and is reached.
 */
const script = `
import net from 'node:net'; import http from 'node:http'; import dgram from 'node:dgram'; import { once } from 'node:events';
import { bindDatagram, connect, connector, createConnection, fdOf, getOption, listen, presetOptions } from ${JSON.stringify(built)};
const server = net.createServer((peer) => peer.end('data'));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const to = { host: '127.0.0.1', port: server.address().port, options: { TCP_USER_TIMEOUT: 4321 } };
const option = (target, name, wanted) => { if (getOption(target, name) !== wanted) throw new Error('the option is lost'); };
const brings = async (socket) => { option(socket, 'TCP_USER_TIMEOUT', 4321); await once(socket, 'data'); };
const serves = async (made) => {
  option(made, 'TCP_DEFER_ACCEPT', 1);
  await once(net.connect(made.address().port, '127.0.0.1'), 'data');
};
const place = { address: '127.0.0.1', options: { TCP_DEFER_ACCEPT: 1 } };
const calls = {
  fdOf: async () => { fdOf(server); },
  connect: async () => brings(await connect(to)),
  createConnection: async () => { const socket = createConnection(to); await once(socket, 'connect'); await brings(socket); },
  connector: async () => { connector({ options: to.options }); },
  presetOptions: async () => { presetOptions(to).end(); },
  listen: async () => serves(await listen(net.createServer((peer) => peer.end('x')), place)),
  'listen http': async () => serves(await listen(http.createServer(), place)),
  bindDatagram: async () => {
    const socket = await bindDatagram(dgram.createSocket('udp4'), { address: '127.0.0.1', options: { SO_PRIORITY: 3 } });
    option(socket, 'SO_PRIORITY', 3);
    const message = once(socket, 'message');
    dgram.createSocket('udp4').send('x', socket.address().port, '127.0.0.1');
    await message;
  },
};
const results = {};
for (const [name, call] of Object.entries(calls)) {
  const silent = new Promise((_resolve, reject) => setTimeout(reject, 5000, new Error('silent')));
  results[name] = await Promise.race([call(), silent]).then(() => 'works', (error) => error.code ?? error.message);
}
console.log(JSON.stringify(results));
process.exit();
`;

const no = 'ERR_NOT_SUPPORTED';
const wanted: Readonly<Record<string, object>> = {
  Bun: { connect: no, createConnection: no, connector: no, presetOptions: no, 'listen http': no },
  Deno: {
    fdOf: no,
    connect: no,
    createConnection: no,
    connector: no,
    presetOptions: no,
    listen: no,
    'listen http': no,
    bindDatagram: no,
  },
};
const works = { fdOf: 'works', listen: 'works', bindDatagram: 'works' };

test.for(runtimes)('on $name each call works or says ERR_NOT_SUPPORTED', async (runtime, context) => {
  const binary = `${root}${runtime.folder}/node_modules/${runtime.binary}`;
  needs(context, existsSync(binary), `absent: npm install --prefix ${runtime.folder} ${runtime.package}`);
  const file = `data:text/javascript,${encodeURIComponent(script)}`;
  const args = runtime.name === 'Deno' ? [...runtime.args, file] : ['--eval', script];
  const { stdout, stderr } = await run(binary, args, { deadlineMs: 60_000 });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ ...works, ...wanted[runtime.name] });
});
