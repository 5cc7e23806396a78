// `npm run bench -- restart`: what clients lose while a server is restarted again and again under load.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { NetworkNamespace } from '../../dist/index.js';
import { compile } from '../support/c-program.mjs';
import { installIn } from '../support/peers.mjs';
import { ways } from './ways.mjs';

const usage = `npm run bench -- restart [${Object.keys(ways).join(' ')}] [--restarts N] [--connections N] [--rate N] [--json]

  --restarts     of each (20)
  --connections  new ones from one restart to the next (2000)
  --rate         new ones a second (2000), beside 10 keep-alive clients, 4 HTTP/2 sessions and 4 websockets

  sockwise       sockwise restart
  openHandover   the program hands over itself
  nothing        no restart: what the load alone loses
  plain          the server is closed, ended and started again
  cluster        a rolling reload of two workers
  pm2            pm2 reload of two workers
  inherited      tableflip's method: the successor is a child that inherits the listeners
`;

const folder = fileURLToPath(new URL('./', import.meta.url));
const port = 18_080;

/** A network of its own, where that is allowed: nobody else is on its ports, and its TIME_WAITs are nobody else's. */
function ownNetwork() {
  try {
    const network = NetworkNamespace.create();
    network.setLink('lo', { up: true });
    return (work) => network.run(work);
  } catch {
    return (work) => work();
  }
}

/** A program of the load: asked for its counts, and for the last ones. */
class Load {
  constructor(run, command, ...args) {
    this.child = run(() => spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async #next() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error('the load ended');
    return JSON.parse(value);
  }

  async counts() {
    this.child.stdin.write('\n');
    return await this.#next();
  }

  async end() {
    this.child.stdin.end();
    return await this.#next();
  }

  /** A counter of /proc/net/netstat of the network the load is in. */
  counter(wanted) {
    const [names, values] = readFileSync(`/proc/${this.child.pid}/net/netstat`, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('TcpExt:'))
      .map((line) => line.split(' '));
    return Number(values[names.indexOf(wanted)]);
  }

  kill() {
    this.child.kill('SIGKILL');
  }
}

async function measure(name, { restarts, connections, rate }) {
  const run = ownNetwork();
  const { restart, stop } = await ways[name]({ port, run });
  const strangers = new Load(run, `${folder}build/connections`, String(port), String(rate));
  const clients = new Load(run, process.execPath, `${folder}clients.mjs`, String(port));
  const begun = performance.now();
  const overflows = strangers.counter('ListenOverflows');
  const reach = async (count) => {
    for (;;) {
      const { connections: ok, refused, reset, failed } = await strangers.counts();
      if (ok + refused + reset + failed >= count) return;
      await setTimeout(50);
    }
  };
  try {
    for (let done = 0; done < restarts; done++) {
      await reach(((done + 0.5) * connections) | 0);
      await restart();
      await reach((done + 1) * connections);
      process.stderr.write(`\r${name}: ${done + 1} of ${restarts} restarts`);
    }
    process.stderr.write('\n');
    const seconds = (performance.now() - begun) / 1000;
    const overflowed = strangers.counter('ListenOverflows') - overflows;
    const [{ longestGapMs, longestWaitMs, late, ...one }, { losses, ...other }] = await Promise.all([
      strangers.end(),
      clients.end(),
    ]);
    const total = (kind) => one[kind] + other[kind];
    return {
      name,
      restarts,
      seconds: Math.round(seconds),
      'a second': Math.round(one.connections / seconds),
      ...one,
      ...other,
      refused: total('refused'),
      reset: total('reset'),
      failed: total('failed'),
      'queue overflows': overflowed,
      'longest gap, ms': longestGapMs,
      'longest wait, ms': longestWaitMs,
      ...(Object.keys(losses).length > 0 && { losses }),
      ...(late > 0 && { late }),
    };
  } finally {
    strangers.kill();
    clients.kill();
    await stop();
  }
}

const columns = [
  'name',
  'restarts',
  'seconds',
  'a second',
  'connections',
  'keep-alive requests',
  'HTTP/2 requests',
  'websocket messages',
  'refused',
  'reset',
  'failed',
  'HTTP/2 not processed',
  'queue overflows',
  'longest gap, ms',
  'longest wait, ms',
];

function asMarkdown(results) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(columns),
    line(columns.map((name) => (name === 'name' ? '---' : '---:'))),
    ...results.map((result) =>
      line(
        columns.map((name) => (typeof result[name] === 'number' ? result[name].toLocaleString('en') : result[name])),
      ),
    ),
  ].join('\n');
}

/** Each loss of the clients that stay, by its kind and error. */
function lossesOf(results) {
  return results.flatMap(({ name, losses = {} }) =>
    Object.entries(losses).map(([what, count]) => `${name}: ${count} x ${what}`),
  );
}

export async function benchRestart(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      restarts: { type: 'string', default: '20' },
      connections: { type: 'string', default: '2000' },
      rate: { type: 'string', default: '2000' },
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
  installIn(folder);
  compile(folder, `${folder}build/connections`);
  const results = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(ways)) {
    const result = await measure(name, settings);
    const { refused, reset, failed } = result;
    // A long run that is ended has told what it had.
    process.stderr.write(`${name}: refused ${refused}, reset ${reset}, failed ${failed}\n`);
    results.push(result);
  }
  const text = values.json ? JSON.stringify(results, null, 2) : [asMarkdown(results), ...lossesOf(results)].join('\n');
  process.stdout.write(`${text}\n`);
}
