// A cluster of one worker that listens as argv[2] says and reports; ends when told to.
import cluster from 'node:cluster';
import { once } from 'node:events';
import net from 'node:net';
import { connect, fdOf, getOption, listen } from '../../dist/index.js';

const how = process.argv[2];

async function report() {
  const server = net.createServer((socket) => socket.end(`process ${process.pid}`));
  try {
    if (how === 'listen') {
      await listen(server, { address: '127.0.0.1', backlog: 7, options: { SO_REUSEPORT: true } });
    } else if (how === 'listen-unix') {
      await listen(server, { path: `\0sockwise-worker-${process.pid}` });
    } else {
      server.listen({ port: 0, host: '127.0.0.1', exclusive: how === 'exclusive' });
      await once(server, 'listening');
    }
    const fd = fdOf(server);
    if (how !== 'listen') return `fd ${fd}`;
    const client = await connect({ host: '127.0.0.1', port: server.address().port });
    const [text] = await once(client.setEncoding('utf8'), 'data');
    const { sacked: backlog } = getOption(server, 'TCP_INFO');
    const who = text === `process ${process.pid}` ? 'the worker' : text;
    return `SO_REUSEPORT ${getOption(server, 'SO_REUSEPORT')}, backlog ${backlog}, answered by ${who}`;
  } catch (error) {
    return `${error.code} ${error.message}`;
  }
}

if (cluster.isPrimary) {
  const worker = cluster.fork();
  worker.on('message', (answer) => process.send(answer));
  process.on('message', () => {
    worker.kill();
    process.disconnect();
  });
} else {
  process.send(await report());
}
