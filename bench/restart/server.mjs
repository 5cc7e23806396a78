// What bench restart restarts: HTTP/1 and websockets on a port, HTTP/2 on the next one. `node server.mjs PORT HOW [PATH]`. It prints
// `ready PID` and, where it ends by itself, `ended PID`.
import { spawn } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createServer2 } from 'node:http2';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

const [port, how, path] = [Number(process.argv[2]), process.argv[3], process.argv[4]];
const host = '0.0.0.0';
/** net.core.somaxconn, and more than the clients have open at once. */
const backlog = 4096;
/** As bench restart runs a cluster, and pm2. */
const workers = 2;
/** What pm2 allows a process by default. */
const killTimeoutMs = 1600;
/** The first descriptor that spawn(2) passes beside the standard streams. */
const firstDescriptor = 3;
const goingAway = 1001;

const web = createServer((_, response) => response.end('served'));
web.keepAliveTimeout = 2000;
const web2 = createServer2((_, response) => response.end('served'));
const sessions = new Set();
web2.on('session', (session) => {
  sessions.add(session);
  session.once('close', () => sessions.delete(session));
});
const websockets = new WebSocketServer({ server: web });
let isEnding = false;
websockets.on('connection', (websocket) =>
  websocket
    .on('error', () => {})
    .on('message', (message) => {
      websocket.send(message);
      if (isEnding) websocket.close(goingAway);
    }),
);

/** The clients have a question under way or ask soon: the close frame follows the next answer, and crosses none. */
function closeAfterAnswers() {
  isEnding = true;
}

/** What is usual: close the servers and what is idle, and end when what was open has ended. */
async function end() {
  for (const session of sessions) session.close();
  for (const websocket of websockets.clients) websocket.close(goingAway);
  // A websocket that is just let in would keep it for ever.
  setTimeout(ended, killTimeoutMs);
  await Promise.all([web, web2].map((server) => new Promise((resolve) => server.close(resolve))));
  ended();
}

function ended() {
  process.stdout.write(`ended ${process.pid}\n`, () => process.exit());
}

async function listen(first, second) {
  web.listen(first);
  web2.listen(second);
  await Promise.all([once(web, 'listening'), once(web2, 'listening')]);
}

const ready = () => process.stdout.write(`ready ${process.pid}\n`);
const own = (of) => ({ port: of, host, backlog });

/** tableflip's method: the successor is a child that inherits the listeners, and says when it is ready. */
async function upgrade() {
  const stdio = ['ignore', 'inherit', 'inherit', web._handle.fd, web2._handle.fd, 'ipc'];
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), String(port), 'inherited'], {
    stdio,
    detached: true,
  });
  await once(child, 'message');
  child.disconnect();
  child.unref();
  await end();
}

/** A rolling reload: a new worker, and when it listens an old one is told to disconnect. */
async function reload() {
  for (const old of Object.values(cluster.workers)) {
    const next = cluster.fork();
    while ((await once(next, 'message'))[0] !== 'ready');
    const exited = once(old, 'exit');
    old.disconnect();
    // An HTTP/2 session or a websocket would keep it for ever.
    const late = setTimeout(() => old.process.kill('SIGKILL'), killTimeoutMs);
    await exited;
    clearTimeout(late);
  }
  process.stdout.write('reloaded\n');
}

const ways = {
  async plain() {
    await listen(own(port), own(port + 1));
    process.once('SIGTERM', () => void end());
    ready();
  },
  async supervised() {
    const { onDrain } = await import('../../dist/service/index.js');
    onDrain(closeAfterAnswers);
    await listen(own(port), own(port + 1));
    ready();
  },
  async handover() {
    const { drain, openHandover } = await import('../../dist/service/index.js');
    const handover = await openHandover({ name: 'bench', path });
    const place = { address: host, backlog, options: { SO_REUSEADDR: true } };
    await handover.listen(web, { ...place, port });
    await handover.listen(web2, { ...place, port: port + 1 });
    handover.onSuccessor(async () => {
      closeAfterAnswers();
      await Promise.all([drain(web), drain(web2)]);
      ended();
    });
    await handover.ready();
    ready();
  },
  async inherited() {
    if (process.send === undefined) await listen(own(port), own(port + 1));
    else await listen({ fd: firstDescriptor }, { fd: firstDescriptor + 1 });
    process.once('SIGHUP', () => void upgrade());
    process.send?.('ready');
    ready();
  },
  async cluster() {
    if (cluster.isPrimary) {
      const first = Array.from({ length: workers }, () => cluster.fork());
      await Promise.all(first.map((worker) => once(worker, 'message')));
      process.on('SIGHUP', () => void reload());
      ready();
    } else {
      await listen(own(port), own(port + 1));
      process.send('ready');
    }
  },
  async pm2() {
    await listen(own(port), own(port + 1));
    process.once('SIGINT', () => void end());
    process.send('ready');
  },
};
await ways[how]();
