import {
  type Case,
  closeInOrder,
  comesTrue,
  defineCase,
  families,
  type Ground,
  groundOf,
  openOn,
  outcome,
  outcomeAsync,
  type LabSocket,
  type Name,
} from '../kit/index.js';
import { pairRows, tryPair } from '../bind/conflicts.cases.js';

/** A script that runs on the addresses of one family, and says what it came to. */
type Script = (ground: Ground) => string | Promise<string>;

/** `same`, or what differs between the families. */
interface Compared {
  readonly [what: string]: string;
  readonly IPv6: string;
  readonly IPv4: string;
  readonly alike: 'yes' | 'no';
}

const port = 8080;

interface Connected {
  readonly listener: LabSocket;
  readonly server: LabSocket;
  readonly client: LabSocket;
}

async function connected(ground: Ground, at: Name, option?: 'SO_REUSEADDR'): Promise<Connected> {
  const listener = openOn(ground, { name: 'listener', option }).bind({ address: ground.address[at], port }).listen();
  const client = await openOn(ground, { name: 'client' }).connect({ address: ground.address.A, port });
  return { listener, client, server: await listener.accept('server') };
}

/** Starts a server there, with the option or without. */
function start(ground: Ground, at: Name, option?: 'SO_REUSEADDR'): string {
  return outcome(() => openOn(ground, { name: 'new', option }).bind({ address: ground.address[at], port }).listen());
}

/** A server on the wildcard has closed a connection of A first; another is started, on this address. */
function restart(at: Name, option?: 'SO_REUSEADDR'): Script {
  return async (ground) => {
    const { listener, server, client } = await connected(ground, 'ANY', option);
    await closeInOrder(server, client);
    listener.close();
    return start(ground, at, option);
  };
}

const states = ['BOUND', 'LISTEN', 'ESTABLISHED', 'FIN_WAIT2', 'CLOSE_WAIT', 'TIME_WAIT'] as const;
type State = (typeof states)[number];

/** A server with the option is started over a socket in this state. */
function over(state: State, option?: 'SO_REUSEADDR'): Script {
  return async (ground) => {
    const { host, address } = ground;
    if (state === 'BOUND' || state === 'LISTEN') {
      const old = openOn(ground, { name: 'old', option }).bind({ address: address.A, port });
      if (state === 'LISTEN') old.listen();
      return start(ground, 'A', 'SO_REUSEADDR');
    }
    const { listener, server, client } = await connected(ground, 'A', option);
    listener.close();
    if (state === 'FIN_WAIT2') server.close();
    if (state === 'CLOSE_WAIT') client.close();
    if (state === 'TIME_WAIT') await closeInOrder(server, client);
    await host.waitFor({ localPort: port, state }, `in ${state}`);
    return start(ground, 'A', 'SO_REUSEADDR');
  };
}

/** Servers on ANY, A and B start in this order; who is called at A and at B. */
function three(order: readonly Name[], option: 'SO_REUSEADDR' | 'SO_REUSEPORT'): Script {
  return async (ground) => {
    const servers = order.flatMap((at) => {
      const server = openOn(ground, { name: at, option });
      const said = outcome(() => server.bind({ address: ground.address[at], port }).listen());
      return said === 'ok' ? [server] : [];
    });
    const got: string[] = [];
    for (const at of ['A', 'B'] as const) {
      const client = openOn(ground, { name: `client of ${at}` });
      const said = await outcomeAsync(() => client.connect({ address: ground.address[at], port }));
      let winner: LabSocket | undefined;
      if (said === 'ok')
        await comesTrue(() => {
          winner = servers.find(({ socket }) => {
            const taken = socket.tryAccept();
            taken?.close();
            return taken !== undefined;
          });
          return winner !== undefined;
        }, `a server that is called at ${at}`);
      got.push(`${at} to ${said === 'ok' ? (winner?.name ?? 'nobody') : said}`);
    }
    return got.join(', ');
  };
}

/** Process 1 listens on A; two more sockets bind B, with the option or without. */
function beside(option?: 'SO_REUSEADDR'): Script {
  return (ground) => {
    openOn(ground, { name: 'listener', option: 'SO_REUSEADDR' }).bind({ address: ground.address.A, port }).listen();
    const [one, two] = ['one', 'two'].map((name) => openOn(ground, { name, option }));
    one?.bind({ address: ground.address.B, port });
    return outcome(() => two?.bind({ address: ground.address.B, port }));
  };
}

const scripts: readonly (readonly [string, Script])[] = [
  ...pairRows.map(({ id, name, given }): [string, Script] => [`${id}: ${name}`, (ground) => tryPair(ground, given)]),
  ['C10: listener on A, two sockets on B with the option', beside('SO_REUSEADDR')],
  ['C10: listener on A, two sockets on B without the option', beside()],
  ['G1: restart on ANY without the option', restart('ANY')],
  ['G1: restart on ANY with the option', restart('ANY', 'SO_REUSEADDR')],
  ['S12: restart on A', restart('A')],
  ['S12: restart on B', restart('B')],
  ...states.flatMap((state): [string, Script][] => [
    [`C19: ${state}, the old socket with the option`, over(state, 'SO_REUSEADDR')],
    [`C19: ${state}, the old socket without the option`, over(state)],
  ]),
  ...(['SO_REUSEADDR', 'SO_REUSEPORT'] as const).flatMap((option): [string, Script][] => [
    [`S13: ${option}, ANY then A then B`, three(['ANY', 'A', 'B'], option)],
    [`S13: ${option}, A then ANY then B`, three(['A', 'ANY', 'B'], option)],
  ]),
];

const sameRules = defineCase<Script, Compared>({
  id: 'V1',
  articles: [],
  title: 'The same rows over IPv6',
  claim: 'What the articles say of IPv4 addresses comes out the same for IPv6 addresses.',
  rules: ['addresses-apart', 'reuseaddr-shared', 'held-by-listener', 'held-by-time-wait'],
  advice:
    'Use one rule for both: set SO_REUSEADDR on every TCP server. Where IPv4 and IPv6 meet on one port, look at V2 and V3.',
  labels: { IPv4: 'IPv4', IPv6: 'IPv6', alike: 'alike' },
  needs: ['ipv6'],
  sideBySide: 4,
  rows: scripts.map(([name, given]) => ({ name, given, says: { alike: 'yes' as const } })),
  async run(stage, script) {
    const [four = '', six = ''] = await Promise.all(
      families.map(async (family) => script(await groundOf(stage, family))),
    );
    return { IPv4: four, IPv6: six, alike: four === six ? 'yes' : 'no' };
  },
  laws: [
    {
      text: 'IPv6 addresses follow the rules of IPv4 addresses: the wildcard, two addresses, SO_REUSEADDR, SO_REUSEPORT, listeners and TIME_WAIT come out alike in every row.',
      rows: () => ({ alike: 'yes' }),
    },
  ],
});

/** Whether the rows of IPv4 hold for IPv6. */
export const sameRulesCases: readonly Case[] = [sameRules];
