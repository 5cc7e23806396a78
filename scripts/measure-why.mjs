// How much time `sockwise why` takes beside many sockets: node scripts/measure-why.mjs [sockets]. As root, in a namespace of its own.
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NetworkNamespace, Socket } from '../dist/index.js';

// Below the limit of descriptors of a process, and of the ports of one address.
const mostInAProcess = 15_000;
const rounds = 21;
const program = fileURLToPath(new URL('../dist/cli/main.cjs', import.meta.url));

/** Listeners on an address of its own, until the parent is gone. */
function hold(index, count) {
  globalThis.held = Array.from({ length: count }, (_, i) =>
    Socket.open()
      .bind({ address: `127.1.0.${index + 1}`, port: 10_000 + i })
      .listen({ backlog: 1 }),
  );
  process.on('disconnect', () => process.exit());
  process.send('ready');
}

const median = (numbers) =>
  numbers
    .sort((a, b) => a - b)
    [numbers.length >> 1].toFixed(0)
    .padStart(4);

/** Processor time of a run, user and system, as `times` of sh has it (it is the same on a busy machine), and time by the clock. */
function milliseconds(...args) {
  const runs = Array.from({ length: rounds }, () => {
    const from = performance.now();
    const { stdout } = spawnSync('sh', ['-c', '"$@" > /dev/null; times', 'sh', process.execPath, ...args], {
      encoding: 'utf8',
    });
    const wall = performance.now() - from;
    const children = stdout.trim().split('\n').at(-1) ?? '';
    const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
      (sum, [, m, seconds]) => sum + 60e3 * m + 1e3 * seconds,
      0,
    );
    return { cpu, wall };
  });
  return `${median(runs.map((run) => run.cpu))} ms, by the clock ${median(runs.map((run) => run.wall))} ms`;
}

async function measure(count) {
  const namespace = NetworkNamespace.create();
  const children = [];
  for (let left = count - 1, index = 0; left > 0; left -= mostInAProcess, index++) {
    const args = ['hold', String(index), String(Math.min(left, mostInAProcess))];
    const child = namespace.run(() => ({ child: fork(fileURLToPath(import.meta.url), args) })).child;
    children.push(child);
    await once(child, 'message');
  }
  const listener = namespace
    .run(() => Socket.open())
    .bind({ address: '127.0.0.1', port: 8080 })
    .listen();
  const rows = {
    'node -e 0': ['-e', '0'],
    'sockwise --version': [program, '--version'],
    'sockwise why 8080 --no-trials': [program, 'why', '8080', '--no-trials'],
    'sockwise why 8080': [program, 'why', '8080'],
  };
  console.log(`${count} sockets, port ${listener.getsockname().port} held, median of ${rounds}`);
  namespace.run(() => {
    for (const [name, args] of Object.entries(rows)) console.log(`  ${name.padEnd(32)} ${milliseconds(...args)}`);
  });
  for (const child of children) child.disconnect();
  listener.close();
  namespace.close();
}

if (process.argv[2] === 'hold') hold(Number(process.argv[3]), Number(process.argv[4]));
else await measure(Number(process.argv[2] ?? 1_000));
