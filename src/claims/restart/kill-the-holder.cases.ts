import { findOwners, type SocketRow } from '../../index.js';
import {
  type Case,
  closeInOrder,
  comesTrue,
  defineCase,
  establish,
  finAcknowledged,
  type Host,
  type LabSocket,
  type Program,
  programs,
  type Stage,
  standing,
  startAgain,
  statesOn,
} from '../kit/index.js';

const port = 8080;

type Held = 'BOUND' | 'LISTEN' | 'ESTABLISHED' | 'CLOSE_WAIT' | 'FIN_WAIT2, still open' | 'FIN_WAIT2' | 'TIME_WAIT';

interface Killed {
  readonly [what: string]: string;
  /** Whether a process is found that holds the port. */
  readonly found: 'a process' | 'none';
  readonly left: string;
  readonly restart: string;
}

/** A socket in the state, which nobody but this process holds; none where the state belongs to no process. */
async function inState(host: Host, state: Held): Promise<LabSocket | undefined> {
  if (state === 'BOUND') return host.open({ name: 'bound' }).bind({ address: host.A, port });
  if (state === 'LISTEN') return host.listen({ address: host.A, port });
  const { listener, server, client } = await establish(host, { at: { port } });
  listener.close();
  switch (state) {
    case 'ESTABLISHED':
      return server;
    case 'CLOSE_WAIT':
      client.close();
      await server.recv();
      return server;
    case 'FIN_WAIT2, still open':
      server.shutdown('write');
      await server.waitForState('FIN_WAIT2');
      return server;
    case 'FIN_WAIT2':
      server.close();
      await finAcknowledged(host, { localPort: port });
      return undefined;
    case 'TIME_WAIT':
      await closeInOrder(server, client);
      return undefined;
  }
}

/** Another process takes the socket over, as its only holder. */
async function handOver(host: Host, socket: LabSocket): Promise<Program> {
  const holder = await host.start({ program: programs.holder, name: 'holder', fds: [socket.socket.fd] });
  socket.close();
  return holder;
}

/** What `ss -p` or lsof(8) does: the inode of the row, and who has a descriptor of it. */
function holderOf(host: Host, row: SocketRow | undefined, holder: Program | undefined): 'a process' | 'none' {
  const owners = row === undefined || row.inode === 0 ? [] : (findOwners([row.inode]).owners.get(row.inode) ?? []);
  const found = owners.some(({ pid }) => pid === holder?.pid) ? 'a process' : 'none';
  host.note('who holds the port', found === 'none' ? 'no process' : 'the holder');
  return found;
}

async function killed(stage: Stage, state: Held): Promise<Killed> {
  const host = stage.alone();
  const socket = await inState(host, state);
  const holder = socket === undefined ? undefined : await handOver(host, socket);
  const [row] = host.look('the port', { localPort: port });
  const found = holderOf(host, row, holder);
  if (found === 'none' || holder === undefined) {
    const left = await standing(host, port, [row?.state ?? 'nothing'], 'there is nobody to kill');
    return { found, left, restart: startAgain(host, { port }) };
  }
  await holder.kill('SIGKILL');
  // A socket without an owner has no inode; on the way to where it stays it is in one of two states.
  const isLeft = ({ inode, state: now }: SocketRow): boolean =>
    inode === 0 && now !== 'FIN_WAIT1' && now !== 'LAST_ACK';
  await comesTrue(() => host.sockets({ localPort: port }).every(isLeft), 'the process is dead');
  const left = statesOn(host, port, 'what it leaves');
  return { found, left, restart: startAgain(host, { port }) };
}

const kill = defineCase<Held, Killed>({
  id: 'S19',
  articles: ['002'],
  title: 'Finding the process that holds the port, and killing it',
  claim: 'To free a port that is in use, find the process that holds it, kill it, and start the server again.',
  rules: ['death-closes', 'first-fin-time-wait', 'held-by-listener', 'held-by-time-wait'],
  advice:
    'Look at the state first: `sockwise why PORT`. Kill for LISTEN only, and if the process is one to be killed. A connection that the dead process leaves needs SO_REUSEADDR on both servers, or a minute.',
  labels: { found: 'found', left: 'left after the kill', restart: 'restart' },
  sideBySide: 4,
  rows: (
    ['BOUND', 'LISTEN', 'ESTABLISHED', 'CLOSE_WAIT', 'FIN_WAIT2, still open', 'FIN_WAIT2', 'TIME_WAIT'] as const
  ).map((state) => ({ name: state, given: state, says: { found: 'a process' as const, restart: 'ok' } })),
  run: killed,
  laws: [
    {
      text: 'Killing the process frees a port that is bound, in LISTEN or in CLOSE_WAIT. For ESTABLISHED and FIN_WAIT2 it leaves FIN_WAIT2 behind, and the restart fails. In TIME_WAIT, and in FIN_WAIT2 without a process, there is nobody to kill.',
      rows: {
        BOUND: { found: 'a process', left: 'nothing', restart: 'ok' },
        LISTEN: { found: 'a process', left: 'nothing', restart: 'ok' },
        ESTABLISHED: { found: 'a process', left: 'FIN_WAIT2', restart: 'EADDRINUSE' },
        CLOSE_WAIT: { found: 'a process', left: 'nothing', restart: 'ok' },
        'FIN_WAIT2, still open': { found: 'a process', left: 'FIN_WAIT2', restart: 'EADDRINUSE' },
        FIN_WAIT2: { found: 'none', left: 'FIN_WAIT2', restart: 'EADDRINUSE' },
        TIME_WAIT: { found: 'none', left: 'TIME_WAIT', restart: 'EADDRINUSE' },
      },
    },
  ],
});

/** Whether killing helps. */
export const killTheHolderCases: readonly Case[] = [kill];
