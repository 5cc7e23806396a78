import { type Case, defineCase } from '../case/case.js';
import { closeInOrder, establish } from '../host/connection.js';
import type { Lab } from '../case/lab.js';
import { labStates, type LabState, reach, statesOn, tryToReach } from '../case/reach-state.js';
import { outcome, outcomeAsync } from '../host/step.js';
import { alike } from '../case/wording.js';

interface Old {
  readonly state: LabState;
  readonly option: boolean;
}

const reuse = { SO_REUSEADDR: true };

const anyState = defineCase<Old, string>({
  id: 'C19',
  articles: ['001'],
  title: 'SO_REUSEADDR over a socket in each state',
  claim: 'With SO_REUSEADDR a port in TIME_WAIT may be bound again, but in any other state bind still fails.',
  rule: 'inet_bind_conflict() asks two things of the old socket: does it have SO_REUSEADDR too, and is it in LISTEN? The state is looked at for nothing else, TIME_WAIT included.',
  advice:
    'With the option on every listener a restart works over whatever connections the old process left, living ones included. Only a listener stops it, and that is the second copy one wants to be told of.',
  bindsBeside: true,
  rows: labStates.flatMap((state) =>
    [true, false].map((option) => ({
      name: `${state}, the old socket ${option ? 'with' : 'without'} the option`,
      given: { state, option },
      says: state === 'TIME_WAIT' || state === 'CLOSED' ? 'ok' : 'EADDRINUSE',
    })),
  ),
  async run(lab, { state, option }) {
    const { host, address, port } = await reach(lab, state, option ? reuse : {});
    return outcome(() => host.open({ name: 'next', options: reuse }).bind({ address, port }).listen());
  },
  because(rows) {
    const groups = alike(
      rows.filter(({ given }) => given.state !== 'CLOSED'),
      ({ observed, given }) => `${observed} if the old socket ${given.option ? 'had' : 'lacked'} the option`,
      ({ given }) => given.state,
    );
    return groups.map(({ outcome: said, labels }) => `${said}: ${labels.join(', ')}`).join('; ');
  },
});

const eleven = defineCase<LabState, string>({
  id: 'A2',
  articles: ['003'],
  title: 'The eleven states of TCP',
  claim: 'A TCP connection has eleven states.',
  rule: 'include/net/tcp_states.h numbers them; RFC 9293 section 3.3.2 names them. Linux has two more of its own that are no states of a connection: TCP_NEW_SYN_RECV, shown as SYN_RECV, and TCP_BOUND_INACTIVE.',
  advice:
    'Read the states with ss or listSockets: each tells whose turn it is. Many CLOSE_WAIT are a program that forgets to close.',
  rows: labStates.filter((state) => state !== 'BOUND').map((state) => ({ name: state, given: state, says: state })),
  run: tryToReach,
  because(rows) {
    const missed = rows.filter(({ ok }) => !ok).map(({ given, observed }) => `${observed} in place of ${given}`);
    const seen = [...new Set(rows.map(({ observed }) => observed))].join(', ');
    return `seen on this kernel, each at the end of its way: ${seen}${missed.length === 0 ? '' : `; not reached: ${missed.join(', ')}`}`;
  },
});

type Handler = { readonly client: boolean; readonly reuse: boolean };

const handler = defineCase<Handler, string>({
  id: 'A1',
  articles: ['003'],
  title: 'Closing the listener in a handler of Ctrl+C',
  claim:
    'A server that shuts down and closes its listening socket when it is interrupted still cannot be started again while a connection of it is in TIME_WAIT.',
  rule: 'What blocks the port is the TIME_WAIT of the connection, not the listener: exit closes the connection actively, whatever became of the listener before.',
  advice:
    'A handler for SIGINT is good for finishing requests, not for freeing the port. For that set SO_REUSEADDR before bind.',
  rows: [
    { name: 'a client was connected', given: { client: true, reuse: false }, says: 'EADDRINUSE' },
    { name: 'nobody was connected', given: { client: false, reuse: false }, says: 'ok' },
    { name: 'a client was connected, SO_REUSEADDR on both servers', given: { client: true, reuse: true }, says: 'ok' },
  ],
  async run(lab, given) {
    const host = lab.host();
    const options = given.reuse ? reuse : {};
    const program = await host.start({
      program: 'echo-server',
      args: [host.A, '8080', JSON.stringify(options), 'handler'],
    });
    await program.report('listen');
    const client = given.client ? await host.connect({ address: host.A, port: 8080 }) : undefined;
    if (client !== undefined) await program.report('accept');
    await program.kill('SIGINT');
    if (client !== undefined) {
      await client.recv();
      client.close();
      await host.waitFor({ localPort: 8080, state: 'TIME_WAIT' }, 'the server has ended');
    }
    return outcome(() => host.open({ name: 'restarted', options }).bind({ address: host.A, port: 8080 }).listen());
  },
  because: (rows) => rows.map(({ name, observed }) => `${name}: ${observed}`).join('; '),
});

interface Sides {
  readonly [moment: string]: string;
}

interface Closing {
  readonly first: 'server' | 'client';
}

/** Both sides' states after each of two closes, and what a restart says then. */
async function twoCloses(lab: Lab, { first }: Closing): Promise<Sides> {
  const [host, clientHost] = lab.pair();
  const { listener, server, client } = await establish(host, { at: { port: 8080 }, clientHost });
  const clientPort = client.local.port;
  const look = (what: string): string => {
    const at = statesOn(host, 8080, what);
    return `${at} at the server, ${statesOn(clientHost, clientPort, what)} at the client`;
  };
  const [one, other] = first === 'server' ? [server, client] : [client, server];
  one.close();
  await one.host.waitFor({ localPort: first === 'server' ? 8080 : clientPort, state: 'FIN_WAIT2' });
  const afterFirst = look('after the first close');
  await other.recv();
  other.close();
  await one.host.waitFor({ localPort: first === 'server' ? 8080 : clientPort, state: 'TIME_WAIT' });
  await other.host.waitUntilGone({
    localPort: first === 'server' ? clientPort : 8080,
    state: ['LAST_ACK', 'CLOSE_WAIT'],
  });
  const afterSecond = look('after the second close');
  listener.close();
  return {
    afterFirst,
    afterSecond,
    restart: outcome(() => host.open({ name: 'restarted' }).bind({ address: host.A, port: 8080 }).listen()),
  };
}

const because = ({ observed }: { readonly observed: Sides }): string =>
  `after the first close ${observed['afterFirst']}; after the second ${observed['afterSecond']}; the restart says ${observed['restart']}`;

const serverFirst = defineCase<Closing, Sides>({
  id: 'A5',
  articles: ['003'],
  title: 'The server closes first',
  claim:
    'When the server closes first it is in FIN_WAIT2 and the client in CLOSE_WAIT; when the client closes too the server is in TIME_WAIT and the client has nothing, and the restart fails.',
  rule: 'RFC 9293 section 3.6, figure 12: the side of the first FIN passes FIN-WAIT-1, FIN-WAIT-2 and TIME-WAIT.',
  advice: 'A server that must close first should have SO_REUSEADDR; one that can wait lets the client close.',
  rows: [
    {
      name: 'server, then client',
      given: { first: 'server' },
      says: {
        afterFirst: 'FIN_WAIT2 at the server, CLOSE_WAIT at the client',
        afterSecond: 'TIME_WAIT at the server, nothing at the client',
        restart: 'EADDRINUSE',
      },
    },
  ],
  run: twoCloses,
  because: (rows) => rows.map(because).join('; '),
});

const clientFirst = defineCase<Closing, Sides>({
  id: 'A6',
  articles: ['003'],
  title: 'The client closes first',
  claim:
    'When the client closes first the server is in CLOSE_WAIT and the client in FIN_WAIT2; when the server closes too it has nothing and the client is in TIME_WAIT, and the restart works.',
  rule: 'RFC 9293 section 3.6, figure 12: the side of the second FIN passes CLOSE-WAIT and LAST-ACK, and is done when its FIN is acknowledged.',
  advice: 'In protocols of your own let the client close first: the TIME_WAITs are then spread over the clients.',
  rows: [
    {
      name: 'client, then server',
      given: { first: 'client' },
      says: {
        afterFirst: 'CLOSE_WAIT at the server, FIN_WAIT2 at the client',
        afterSecond: 'nothing at the server, TIME_WAIT at the client',
        restart: 'ok',
      },
    },
  ],
  run: twoCloses,
  because: (rows) => rows.map(because).join('; '),
});

type Again = 'binds nothing' | 'binds its port' | 'binds nothing, and one port is all there is';

async function connectAgain(lab: Lab, how: Again): Promise<string> {
  const [server, client] = lab.pair();
  const range = how === 'binds nothing, and one port is all there is' ? '40000 40000' : '40000 40009';
  client.setSysctl('net.ipv4.ip_local_port_range', range);
  const { server: accepted, client: first } = await establish(server, { at: { port: 8080 }, clientHost: client });
  const old = first.local;
  await closeInOrder(first, accepted);
  const next = client.open({ name: 'restarted client' });
  if (how === 'binds its port') {
    const bound = outcome(() => next.bind(old));
    if (bound !== 'ok') return `bind says ${bound}`;
  }
  const connected = await outcomeAsync(() => next.connect({ address: server.A, port: 8080 }));
  if (connected !== 'ok') return `connect says ${connected}`;
  return next.local.port === old.port ? 'connected from the same port' : 'connected from a new port';
}

const clientAgain = defineCase<Again, string>({
  id: 'A7',
  articles: ['003'],
  title: 'A client started again',
  claim:
    'A client whose old connection is in TIME_WAIT connects again at once from a new port: as it binds nothing, starting it again never fails.',
  rule: '__inet_hash_connect() looks for a port whose four-tuple is free, and says EADDRNOTAVAIL when there is none. bind(2) of a port in TIME_WAIT is refused as to a server.',
  advice:
    'Leave the source port to the kernel. A client that opens and closes connections fast enough to one destination runs out of ports all the same: keep connections open.',
  rows: (['binds nothing', 'binds its port', 'binds nothing, and one port is all there is'] as const).map((how) => ({
    name: how,
    given: how,
    says: 'connected from a new port',
  })),
  run: connectAgain,
  because: (rows) => rows.map(({ name, observed }) => `a client that ${name}: ${observed}`).join('; '),
});

/** What the states of a connection are, and who passes through which. */
export const stateCases: readonly Case[] = [anyState, eleven, handler, serverFirst, clientFirst, clientAgain];
