import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { listSocketColumns, listSockets, NetworkNamespace, Socket } from './support/sockwise.mjs';

const wanted = 50_000;
const timeWait = { state: 'TIME_WAIT' };

/**
 * Leaves TIME_WAITs at the listener's end, which closes first. Ports of the clients are named: their own end leaves
 * nothing, so the kernel would choose one again, and a SYN from it takes the TIME_WAIT's place.
 */
function fill() {
  const port = 7000;
  const listener = Socket.open().bind({ port }).listen();
  for (let i = 0; i < wanted; i++) {
    const client = Socket.open().bind({ address: '127.0.0.1', port: 10_000 + Math.floor(i / 10) });
    client.tryConnect({ address: `127.0.0.${1 + (i % 10)}`, port });
    listener.tryAccept().close();
    client.close();
  }
  listener.close();
}

function ss() {
  const { status } = spawnSync('ss', ['-tan'], { stdio: 'ignore' });
  if (status !== 0) throw new Error(`ss ended with ${status}`);
}

export const question = {
  name: 'list-sockets',
  title:
    '50,000 TIME_WAIT sockets listed (sockwise: into columns, into objects; Node core: /proc/net/tcp, split into fields)',
  trial: 1,
  prepare() {
    const namespace = NetworkNamespace.create();
    namespace.setSysctl('net.ipv4.tcp_max_tw_buckets', 2 * wanted);
    namespace.run(fill);
    const found = namespace.run(() => listSocketColumns(timeWait)).length;
    if (found !== wanted) throw new Error(`${found} TIME_WAIT sockets, not ${wanted}`);
    const inside = (work) => (count) =>
      namespace.run(() => {
        for (let i = 0; i < count; i++) work();
      });
    return {
      inside: (work) => namespace.run(work),
      contenders: [
        { name: 'sockwise', run: inside(() => listSocketColumns(timeWait)) },
        { name: 'sockwise, objects', run: inside(() => listSockets(timeWait)) },
        {
          name: 'Node core',
          run: inside(() =>
            readFileSync('/proc/thread-self/net/tcp', 'latin1')
              .split('\n')
              .map((line) => line.trim().split(/\s+/)),
          ),
        },
        { name: 'ss', run: inside(ss) },
      ],
      stop() {
        // They last 60 seconds: a run that outlived them measured less than it says.
        const left = namespace.run(() => listSocketColumns(timeWait)).length;
        namespace.close();
        if (left !== wanted)
          throw new Error(`only ${left} TIME_WAIT sockets were left at the end: take fewer --rounds`);
      },
    };
  },
};
