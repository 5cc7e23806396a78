import { type Case, defineCase, type Host, plain, type Program, programs, type Stage, until } from '../kit/index.js';
import { Socket } from '../../index.js';

type Way = 'each binds for itself' | 'inherited' | 'passed over a Unix socket' | 'SO_REUSEPORT';

/** Enough for a hash to reach both of two listeners, but for one run in 2 to the 63rd. */
const mostConnections = 64;

async function bindForItself(host: Host, name: string, options: object): Promise<Program> {
  const agent = await host.start({ program: programs.agent, name });
  await agent.ask('socket', plain({ options }));
  await agent.ask('bind', host.A, 8080);
  await agent.ask('listen');
  return agent;
}

/** A process that is given a listener this one has, as descriptor 3 or through a Unix socket that is descriptor 3. */
async function given(stage: Stage, host: Host, name: string, listener: Socket, way: Way): Promise<Program> {
  if (way === 'inherited') {
    const agent = await host.start({ program: programs.agent, name, fds: [listener.fd] });
    await agent.ask('adopt', 3);
    return agent;
  }
  const [ours, theirs] = Socket.pair();
  const agent = await host.start({ program: programs.agent, name, fds: [theirs.fd] });
  theirs.close();
  stage.atEnd(() => ours.close());
  const received = agent.ask('recvmsg', 3);
  ours.trySendmsg({ data: 'a listener', control: [{ type: 'SCM_RIGHTS', fds: [listener.fd] }] });
  await received;
  return agent;
}

async function workers(stage: Stage, host: Host, way: Way): Promise<Program[]> {
  const names = ['first worker', 'second worker'];
  if (way === 'each binds for itself') return await Promise.all(names.map((name) => bindForItself(host, name, {})));
  if (way === 'SO_REUSEPORT')
    return await Promise.all(names.map((name) => bindForItself(host, name, { SO_REUSEPORT: true })));
  const { socket } = host.listen({ name: 'master', address: host.A, port: 8080 });
  return await Promise.all(names.map((name) => given(stage, host, name, socket, way)));
}

const accepted = ({ reports }: Program): boolean =>
  reports.some(({ call, result }) => call === 'accept' && result === 'ok');
const listening = ({ reports }: Program): boolean => reports.every(({ result }) => result === 'ok');

/** How many of the processes accept connections to one address and port. */
async function processesServing(stage: Stage, way: Way): Promise<number> {
  const host = stage.alone();
  const able = (await workers(stage, host, way)).filter(listening);
  for (const worker of able) worker.write(JSON.stringify(['accept']));
  for (let made = 0; made < mostConnections && !able.every(accepted); made++) {
    const before = able.filter(accepted).length;
    await host.connect({ address: host.A, port: 8080 }, { name: `client ${made}` });
    // A connection may wait in the queue of a worker that has accepted its one; then only another can help.
    await until(() => (able.filter(accepted).length > before ? true : undefined), 'a worker accepts', {
      deadlineMs: 50,
    }).catch(() => {});
  }
  return able.filter(accepted).length;
}

const nginx = defineCase<Way, number>({
  id: 'S7',
  articles: ['002'],
  title: "nginx's master and workers",
  claim: "Two servers can never be bound to one address and port. How do nginx's master and workers share them, then?",
  rules: ['held-by-listener', 'one-socket-many-descriptors', 'reuseport-shared'],
  advice:
    'To restart without a gap, hand the listener down (nginx, systemd socket units). Or set SO_REUSEPORT in both programs and net.ipv4.tcp_migrate_req=1, and start the next process before the last one stops: without tcp_migrate_req the connections in the queue of the closed listener are reset (R8, S18).',
  rows: [
    { name: 'each binds for itself', given: 'each binds for itself', says: 1 },
    { name: 'each binds for itself, with SO_REUSEPORT', given: 'SO_REUSEPORT', says: 1 },
    // One bind for all of them: the answer to the question.
    { name: 'inherited', given: 'inherited' },
    { name: 'passed over a Unix socket', given: 'passed over a Unix socket' },
  ],
  run: processesServing,
  laws: [
    {
      text: 'Two processes that each bind for themselves: only one can. They share a port by inheriting or passing one listening socket, as nginx does, or with SO_REUSEPORT on sockets of their own.',
      rows: (way) => (way === 'each binds for itself' ? 1 : 2),
    },
    {
      text: 'Two processes share a port only by inheriting or passing one listening socket, as nginx does.',
      rows: (way) => (way === 'each binds for itself' || way === 'SO_REUSEPORT' ? 1 : 2),
    },
  ],
});

/** One address and port, and two real processes. */
export const twoProcessesCases: readonly Case[] = [nginx];
