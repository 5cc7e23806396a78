// CPU time of the lab, in user and in kernel mode: of listings, and of whole commands with every process they start.
//   node bench/support/lab.mjs [ROUNDS]
// As root, for the listings. Needs `npm run build:ts` before.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { experiment } from '../../dist/claims/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rounds = Number(process.argv[2] ?? 3);
const listings = 300;
// Node reads and parses these certificates at each start, which is no work of the lab.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

const secondsOf = (text) => text.split('m').reduce((sum, part) => sum * 60 + Number(part.replace('s', '')), 0);

/** What `times` of a shell says of the processes it has waited for. */
function cpuMsOf(args) {
  const { stdout, status } = spawnSync('sh', ['-c', '"$@" >/dev/null; times', 'sh', process.execPath, ...args], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: ended with ${status}`);
  const [, children] = stdout.trim().split('\n');
  return children.split(' ').reduce((sum, text) => sum + secondsOf(text) * 1000, 0);
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const rounded = (ms) => (ms < 10 ? ms.toFixed(2) : ms.toFixed(0));

function tell(what, measure) {
  console.log(`${what}: ${rounded(median(Array.from({ length: rounds }, measure)))} ms`);
}

await experiment('listings', ({ host }) => {
  const server = host('server');
  const listener = server.listen(8080);
  for (const [what, filter] of [
    ['one listing of a host', { state: 'LISTEN' }],
    ['the same with sockets that are only bound', {}],
  ])
    tell(what, () => {
      const begin = process.cpuUsage();
      for (let count = 0; count < listings; count++) server.sockets(filter);
      const { user, system } = process.cpuUsage(begin);
      return (user + system) / 1000 / listings;
    });
  listener.close();
}).run();

const command = 'dist/cli/main.cjs';
for (const args of [
  ['-e', '0'],
  [command, '--version'],
  [command, 'list'],
  ['dist/claims/programs/agent.cjs'],
  [command, 'matrix', '--quick'],
])
  tell(`node ${args.join(' ')}`, () => cpuMsOf(args));
