// A cluster whose primary hands over: `node handover-cluster.mjs PATH PORT`. It prints a line of JSON when it serves.
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Socket } from '../../dist/index.js';
import { drain, openHandover, track } from '../../dist/service/index.js';

const [path, port] = process.argv.slice(2);
if (cluster.isPrimary) {
  const handover = await openHandover({ name: 'test', path, readyWithinMs: 10_000 });
  const listener = handover.socket('web', () => {
    const address = { address: '127.0.0.1', port: Number(port) };
    return Socket.open({ options: { SO_REUSEADDR: true } })
      .bind(address)
      .listen();
  });
  // The primary makes a server of this descriptor, and deals its connections out.
  const fd = listener.dup().detach();
  const workers = [cluster.fork({ LISTENER: fd }), cluster.fork({ LISTENER: fd })];
  await Promise.all(workers.map((worker) => once(worker, 'listening')));
  handover.onSuccessor(async () => {
    for (const worker of workers) worker.send('drain');
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
    listener.close();
  });
  const unused = await handover.ready();
  const { takenOver } = handover;
  console.log(
    JSON.stringify({
      takenOver,
      unused,
      port: listener.getsockname().port,
      pids: workers.map((one) => one.process.pid),
    }),
  );
} else {
  const server = createServer((_, response) => response.end(String(process.pid)));
  track(server);
  server.listen({ fd: Number(process.env.LISTENER) });
  process.once('message', () => void drain(server, { deadlineMs: 10_000 }).then(() => process.disconnect()));
}
