// A server that hands over: `node handover-server.mjs PATH PORT HOW`. It prints a line of JSON for each thing it did.
import { openSync, closeSync } from 'node:fs';
import { createServer } from 'node:http';
import { drain, openHandover } from '../../dist/service/index.js';

const [path, port, how = 'serve'] = process.argv.slice(2);
const report = (what, more = {}) => process.stdout.write(`${JSON.stringify({ what, ...more })}\n`);

/** SIGUSR1: says that it has looked at its sockets since. SIGUSR2: has descriptors again. */
function exhaust() {
  const taken = [];
  // Node loads what it needs to say it now.
  report('exhausting');
  process.on('SIGUSR1', () => setImmediate(() => setImmediate(() => report('looked'))));
  process.on('SIGUSR2', () => taken.splice(0).forEach((fd) => closeSync(fd)));
  try {
    for (;;) taken.push(openSync('/dev/null'));
  } catch ({ code }) {
    report('exhausted', { code });
  }
}

const server = createServer((_, response) => response.end(String(process.pid)));
try {
  const handover = await openHandover({ name: 'test', path, readyWithinMs: 10_000 });
  report('open', { takenOver: handover.takenOver });
  if (how === 'dies with the sockets') process.exit(7);
  handover.onSuccessor(() => drain(server, { deadlineMs: 20_000 }));
  await handover.listen(server, { address: '127.0.0.1', port: Number(port) });
  if (how === 'dies before it is ready') process.exit(7);
  if (how !== 'is never ready') {
    const unused = await handover.ready();
    report('ready', { port: server.address().port, unused });
    if (how === 'has no descriptors left') exhaust();
    await handover.finished;
    report('finished');
  }
} catch (error) {
  report('error', { code: error.code, message: error.message });
  process.exitCode = 1;
}
