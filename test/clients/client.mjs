// One client of docs/recipes.md: `node client.mjs RECIPE HOST PORT OPTIONS [CERTIFICATE]`, with the certificate over TLS. It opens,
// asks and closes once without the options, opens again with them, asks, and tells its parent which options its sockets had each time.
// When its parent says that the link is down, it makes one more request, and prints how that ended, and when.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { optionsOfSockets } from './options-of-sockets.mjs';

const [, , recipe, host, port, options, certificate] = process.argv;
const { open } = await import(pathToFileURL(recipe));

let onError = (error) => {
  throw error;
};
/** As the table of docs/recipes.md has it for each. */
function overTls(ca) {
  const servername = 'localhost';
  return { ca, servername, ssl: { ca, servername }, secure: true, tls: { ca } };
}

const place = {
  host,
  port: Number(port),
  options: JSON.parse(options),
  ...(certificate !== undefined && overTls(readFileSync(certificate))),
  onError: (error) => onError(error),
};

/** The longest that a timer of 20 ms was late: how little this process could run. */
let latestMs = 0;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  latestMs = Math.max(latestMs, now - last - 20);
  last = now;
}, 20).unref();

/** The codes of an error, of its causes and of those it stands for. */
function codesOf(error) {
  if (typeof error !== 'object' || error === null) return [];
  return [error.code, ...[error.cause, error.fatalError, ...(error.errors ?? [])].flatMap(codesOf)].filter(Boolean);
}

// IP_TOS only: this client's sockets are found by it.
const first = await open({ ...place, options: { IP_TOS: place.options.IP_TOS } });
await first.request();
const before = optionsOfSockets(place.options);
await first.close();
// Of some, as mysql2, close() ends when QUIT is sent, and the socket when the server has closed.
const deadline = performance.now() + 20_000;
while (optionsOfSockets(place.options).length > 0) {
  if (performance.now() > deadline) throw new Error('its sockets are open though it has closed them');
  await setTimeout(2);
}
const client = await open(place);
await client.request();
let failed;
const failure = new Promise((resolve) => (failed = resolve));
onError = (error) => failed({ error });

process.once('disconnect', () => process.exit());
process.send({ before, after: optionsOfSockets(place.options) });
await once(process, 'message');

latestMs = 0;
const start = performance.now();
Promise.resolve(client.request()).then(
  () => failed({ answered: true }),
  (error) => failed({ error }),
);
const { error, answered = false } = await failure;
const ms = performance.now() - start;
process.send({ answered, ms, latestMs, codes: codesOf(error), message: String(error) }, () => process.exit());
