// Starts the servers of Node itself, as an application would, each on the port it is given: no import but those of Node, since
// any Node runs it. Arguments: JSON of [kind, port] pairs, and an address or nothing. It ends by the default action of a signal.
import cluster, { type Worker } from 'node:cluster';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';

type Start = (port: number) => Promise<unknown>;

// Absent in Node 20 and 22.
const { BoundSocket }: typeof net & { BoundSocket?: new (place: { port: number; host?: string }) => object } = net;

const [pairs = '[]', host] = process.argv.slice(2);
const at = host === undefined ? {} : { host };

function report(call: string, result: string): void {
  writeSync(1, `${JSON.stringify({ call, result })}\n`);
}

async function listen(server: net.Server, settings: object): Promise<void> {
  server.listen({ ...at, ...settings });
  await once(server, 'listening');
}

const discard = (socket: net.Socket): unknown => socket.on('error', () => {}).resume();

let worker: Worker | undefined;

/** One worker process for all that is started in one. */
async function inWorker(port: number, exclusive: boolean): Promise<void> {
  worker ??= cluster.fork({ WORKER: 'yes' });
  worker.send({ port, exclusive });
  const [message] = (await once(worker, 'message')) as [{ code?: string }];
  if (message.code !== undefined) throw Object.assign(new Error(message.code), { code: message.code });
}

async function datagrams(options: object, port: number): Promise<void> {
  const socket = dgram.createSocket({ type: 'udp4', ...options });
  socket.bind({ port, ...(host === undefined ? {} : { address: host }) });
  await once(socket, 'listening');
}

const starts: Readonly<Record<string, Start>> = {
  'net.Server': (port) => listen(net.createServer(discard), { port }),
  'net.Server, exclusive': (port) => listen(net.createServer(discard), { port, exclusive: true }),
  'net.Server, ipv6Only': (port) => listen(net.createServer(discard), { port, ipv6Only: true }),
  'net.Server, ipv6Only on ::': (port) => listen(net.createServer(discard), { port, host: '::', ipv6Only: true }),
  'net.Server, reusePort': (port) => listen(net.createServer(discard), { port, reusePort: true }),
  'http.Server': (port) => listen(http.createServer(), { port }),
  'cluster worker': (port) => inWorker(port, false),
  'cluster worker, exclusive': (port) => inWorker(port, true),
  BoundSocket: async (port) => {
    if (BoundSocket === undefined) throw Object.assign(new Error('absent'), { code: 'absent' });
    const bound = new BoundSocket({ port, ...at });
    const server = net.createServer(discard);
    server.listen(bound);
    await once(server, 'listening');
  },
  'dgram.Socket': (port) => datagrams({}, port),
  'dgram.Socket, reuseAddr': (port) => datagrams({ reuseAddr: true }, port),
  'dgram.Socket, reusePort': (port) => datagrams({ reusePort: true }, port),
};

/** Listens as it is told, and answers each order. */
function work(): void {
  const say = (code?: string): unknown => process.send?.({ code });
  process.on('message', ({ port, exclusive }: { port: number; exclusive: boolean }) => {
    net
      .createServer(discard)
      .on('error', (error: NodeJS.ErrnoException) => say(error.code))
      .listen({ ...at, port, exclusive }, () => say());
  });
}

async function startAll(): Promise<void> {
  report('start', 'ok');
  // A program ends with the lab that holds the other end of its standard input.
  process.stdin.on('end', () => process.exit()).resume();
  for (const [kind, port] of JSON.parse(pairs) as [string, number][]) {
    try {
      await starts[kind]?.(port);
      report(kind, 'ok');
    } catch (error) {
      report(kind, (error as NodeJS.ErrnoException).code ?? String(error));
    }
  }
}

if (cluster.isWorker && process.env['WORKER'] !== undefined) work();
else void startAll();
