// What bench restart restarts: HTTP/1 on a port, HTTP/2 on the next one. `node restart-server.mjs PORT plain|cluster|supervised`
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createServer2 } from 'node:http2';

const port = Number(process.argv[2]);
const how = process.argv[3];
const workers = 2;
/** What pm2 allows a process by default. */
const killTimeoutMs = 1600;

async function serve() {
  const web = createServer((_, response) => response.end('served'));
  web.keepAliveTimeout = 2000;
  const web2 = createServer2((_, response) => response.end('served'));
  const sessions = new Set();
  web2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  web.listen({ port, host: '0.0.0.0', backlog: 1024 });
  web2.listen({ port: port + 1, host: '0.0.0.0', backlog: 1024 });
  await Promise.all([once(web, 'listening'), once(web2, 'listening')]);
  // What is usual: close the servers, and end when what was open has ended.
  const end = () => {
    for (const session of sessions) session.close();
    return Promise.all([web, web2].map((server) => new Promise((resolve) => server.close(resolve))));
  };
  if (how === 'plain') process.once('SIGTERM', () => void end().then(() => process.exit()));
  process.send?.('ready');
}

/** A rolling reload: a new worker, and when it listens an old one is told to disconnect. */
async function reload() {
  for (const old of Object.values(cluster.workers)) {
    const next = cluster.fork();
    while ((await once(next, 'message'))[0] !== 'ready');
    const exited = once(old, 'exit');
    old.disconnect();
    // An HTTP/2 session would keep it for ever.
    const late = setTimeout(() => old.process.kill('SIGKILL'), killTimeoutMs);
    await exited;
    clearTimeout(late);
  }
  process.send('reloaded');
}

if (how === 'cluster' && cluster.isPrimary) {
  const first = Array.from({ length: workers }, () => cluster.fork());
  await Promise.all(first.map((worker) => once(worker, 'message')));
  process.on('message', () => void reload());
  process.once('SIGTERM', () => process.exit());
  process.send('ready');
} else {
  await serve();
}
