// Two processes' hand-over on a file system without room: `node handover-full-disk.mjs FOLDER`. It prints what came of it as JSON.
import { writeFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { openHandover } from '../../dist/service/index.js';

const folder = process.argv[2];
const at = { name: 'test', path: `${folder}/meet.sock` };
const ask = (port) =>
  new Promise((resolve, reject) =>
    get({ port, host: '127.0.0.1', agent: false }, (response) => response.setEncoding('utf8').on('data', resolve)).on(
      'error',
      reject,
    ),
  );

async function serve(name, port) {
  const handover = await openHandover(at);
  const server = createServer((_, response) => response.end(name));
  await handover.listen(server, { address: '127.0.0.1', port, name: 'web' });
  await handover.ready();
  return { handover, server };
}

const first = await serve('first', 0);
const { port } = first.server.address();
let full;
for (let count = 0; full === undefined; count++)
  try {
    writeFileSync(`${folder}/${count}`, '');
  } catch (error) {
    full = error.code;
  }
const other = await openHandover({ name: 'other', path: `${folder}/other.sock` }).catch(({ code }) => code);
const before = await ask(port);
const next = await serve('next', port);
console.log(JSON.stringify({ full, other, before, takenOver: next.handover.takenOver, after: await ask(port) }));
process.exit();
