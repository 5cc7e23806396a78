// `npm run bench -- restart`: what clients lose while a server is restarted again and again under load.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = `npm run bench -- restart [sockwise plain cluster] [--restarts N] [--connections N] [--rate N] [--json]

  --restarts     of each (20)
  --connections  new ones from one restart to the next (2000)
  --rate         new ones a second (1000), beside 10 keep-alive clients and 4 HTTP/2 sessions
`;

const root = fileURLToPath(new URL('../../', import.meta.url));
const server = `${root}bench/support/restart-server.mjs`;
const load = `${root}bench/support/restart-load.mjs`;
const port = 18_080;

async function until(child, wanted) {
  for (;;) {
    const [message] = await once(child, 'message');
    if (message === wanted) return;
  }
}

async function ended(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

async function plain() {
  const start = async () => {
    const child = fork(server, [String(port), 'plain']);
    await until(child, 'ready');
    return child;
  };
  let child = await start();
  return {
    async restart() {
      await ended(child, 'SIGTERM');
      child = await start();
    },
    stop: () => ended(child, 'SIGKILL'),
  };
}

async function cluster() {
  const child = fork(server, [String(port), 'cluster']);
  await until(child, 'ready');
  return {
    async restart() {
      child.send('reload');
      await until(child, 'reloaded');
    },
    stop: () => ended(child, 'SIGTERM'),
  };
}

async function sockwise() {
  const command = ['restart', '--json', '--', process.execPath, server, String(port), 'supervised'];
  const child = spawn(process.execPath, [`${root}dist/cli/main.cjs`, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines = createInterface({ input: child.stderr })[Symbol.asyncIterator]();
  const event = async (name) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`sockwise restart ended without ${name}`);
      const found = value.startsWith('{') ? JSON.parse(value) : { event: value };
      if (found.event === name) return;
      if (['failed', 'killed'].includes(found.event)) throw new Error(value);
    }
  };
  await event('ready');
  return {
    async restart() {
      child.kill('SIGHUP');
      await event('ended');
    },
    stop: () => ended(child, 'SIGTERM'),
  };
}

const ways = { sockwise, plain, cluster };

async function countsOf(client) {
  client.send('count');
  const [counts] = await once(client, 'message');
  return counts;
}

async function measure(name, { restarts, connections, rate }) {
  const { restart, stop } = await ways[name]();
  const client = fork(load, [String(port), String(rate)]);
  const tried = ({ connections: ok, refused, reset, failed }) => ok + refused + reset + failed;
  const reach = async (count) => {
    while (tried(await countsOf(client)) < count) await setTimeout(50);
  };
  try {
    for (let done = 0; done < restarts; done++) {
      await reach(((done + 0.5) * connections) | 0);
      await restart();
      await reach((done + 1) * connections);
      process.stderr.write(`\r${name}: ${done + 1} of ${restarts} restarts`);
    }
    process.stderr.write('\n');
    client.send('end');
    const [counts] = await once(client, 'message');
    return { name, restarts, ...counts, longestGapMs: Math.round(counts.longestGapMs) };
  } finally {
    await ended(client, 'SIGKILL');
    await stop();
  }
}

function asMarkdown(results) {
  const columns = Object.keys(results[0]);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map((name) => (name === 'longestGapMs' ? 'longest gap, ms' : name))),
    line(columns.map((name) => (name === 'name' ? '---' : '---:'))),
    ...results.map((result) =>
      line(
        columns.map((name) => (typeof result[name] === 'number' ? result[name].toLocaleString('en') : result[name])),
      ),
    ),
  ].join('\n');
}

export async function benchRestart(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      restarts: { type: 'string', default: '20' },
      connections: { type: 'string', default: '2000' },
      rate: { type: 'string', default: '1000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const settings = Object.fromEntries(['restarts', 'connections', 'rate'].map((name) => [name, Number(values[name])]));
  const isWrong = Object.values(settings).some((value) => !Number.isInteger(value) || value < 1);
  if (values.help || isWrong || positionals.some((name) => !Object.hasOwn(ways, name))) {
    process.stderr.write(usage);
    process.exit(values.help ? 0 : 2);
  }
  const results = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(ways))
    results.push(await measure(name, settings));
  process.stdout.write(`${values.json ? JSON.stringify(results, null, 2) : asMarkdown(results)}\n`);
}
