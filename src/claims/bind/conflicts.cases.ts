import {
  type Case,
  type CaseRow,
  defineCase,
  inGrid,
  openOn,
  type Ground,
  groundOf,
  outcome,
  plain,
  programs,
  type Stage,
} from '../kit/index.js';
import type { OptionValues, SocketType } from '../../index.js';

type AddressName = 'ANY' | 'A' | 'B';

/** How far the sockets go: both only bound; the first listens before the second is bound; both bound, then both listen. */
type Depth = 'UDP' | 'only bound' | 'the first listens' | 'both listen once bound';

const depths: readonly Depth[] = ['only bound', 'the first listens', 'both listen once bound', 'UDP'];

export interface Pair {
  readonly first: AddressName;
  readonly second: AddressName;
  readonly depth: Depth;
  /** Which of them has SO_REUSEADDR. */
  readonly reuse: 'neither' | 'both' | 'second';
}

const port = 21;

/** Binds two sockets to one port. Returns `ok`, or the call of the second that failed and its errno. */
export function tryPair(ground: Ground, { first, second, depth, reuse }: Pair): string {
  const type: SocketType = depth === 'UDP' ? 'dgram' : 'stream';
  const { address } = ground;
  const open = (name: string, has: boolean) => openOn(ground, { name, type, option: has ? 'SO_REUSEADDR' : undefined });
  const one = open('first', reuse === 'both').bind({ address: address[first], port });
  if (depth === 'the first listens') one.listen();
  const two = open('second', reuse !== 'neither');
  const bound = outcome(() => two.bind({ address: address[second], port }));
  if (bound !== 'ok' || depth === 'only bound' || depth === 'UDP') return bound === 'ok' ? 'ok' : `bind ${bound}`;
  if (depth === 'both listen once bound') one.listen();
  const listening = outcome(() => two.listen());
  return listening === 'ok' ? 'ok' : `listen ${listening}`;
}

async function bindTwo(stage: Stage, pair: Pair): Promise<string> {
  return tryPair(await groundOf(stage, 'IPv4', 'host'), pair);
}

const inUse = 'bind EADDRINUSE';

const rowsByDefault: readonly CaseRow<Pair, string>[] = depths.flatMap((depth) =>
  (
    [
      ['ANY', 'A', inUse],
      ['ANY', 'B', inUse],
      ['A', 'ANY', inUse],
      ['A', 'B', 'ok'],
      ['B', 'ANY', inUse],
      ['B', 'A', 'ok'],
    ] as const
  ).map(([first, second, says]) => ({
    ...inGrid(`${first} then ${second}`, depth),
    given: { first, second, depth, reuse: 'neither' as const },
    says,
  })),
);

const byDefault = defineCase<Pair, string>({
  id: 'C7',
  articles: ['001'],
  title: 'Two sockets on one port, without options',
  claim:
    'Without options a wildcard and a specific address exclude each other on one port, in either order, and two different specific addresses do not.',
  rules: ['addresses-apart', 'held-by-bound-socket', 'held-by-listener', 'held-by-udp-socket'],
  advice:
    'To serve two addresses of a machine with different programs, bind each program to its own address, and none to the wildcard.',
  bindsBeside: true,
  rows: rowsByDefault,
  run: (stage, given) => bindTwo(stage, given),
  laws: [
    {
      text: 'Two different specific addresses can share a port. The wildcard and a specific address exclude each other, in either order, for TCP and for UDP, bound or listening.',
      rows: ({ first, second }) => (first === 'ANY' || second === 'ANY' ? inUse : 'ok'),
    },
  ],
});

/** What comes of two sockets that may share as long as one of them does not listen. */
const sharedAs: { readonly [D in Depth]: string } = {
  'only bound': 'ok',
  'the first listens': inUse,
  'both listen once bound': 'listen EADDRINUSE',
  UDP: 'ok',
};

const holders = { neither: 'neither has it', both: 'both have it', second: 'only the second has it' } as const;

const rowsOfWildcard: readonly CaseRow<Pair, string>[] = (['A', 'B'] as const).flatMap((second) =>
  depths.flatMap((depth) =>
    (['both', 'second'] as const).map((reuse) => ({
      ...inGrid(`ANY then ${second}, ${depth}`, holders[reuse]),
      given: { first: 'ANY' as const, second, depth, reuse },
      // Of listeners the article makes an exception: C10.
      ...(depth === 'only bound' || depth === 'UDP' ? { says: 'ok' } : {}),
    })),
  ),
);

const wildcard = defineCase<Pair, string>({
  id: 'C8',
  articles: ['001'],
  title: 'SO_REUSEADDR: the wildcard first, then a specific address',
  claim: 'With SO_REUSEADDR a specific address can be bound on a port where another socket is bound to the wildcard.',
  rules: ['reuseaddr-shared', 'held-by-listener', 'udp-reuseaddr-shared'],
  advice:
    'Set SO_REUSEPORT on both to run a server for one address beside one for all addresses. SO_REUSEADDR is for restarts.',
  bindsBeside: true,
  rows: rowsOfWildcard,
  run: (stage, given) => bindTwo(stage, given),
  laws: [
    {
      text: 'With SO_REUSEADDR on both sockets the second bind works as long as the first does not listen; only one of the two can listen. On the second socket alone the option does nothing. UDP sockets share freely.',
      rows: ({ depth, reuse }) => (reuse === 'both' ? sharedAs[depth] : inUse),
    },
    {
      text: 'SO_REUSEADDR on the second socket is enough to bind beside one that does not listen; only one of the two can listen.',
      rows: ({ depth }) => sharedAs[depth],
    },
  ],
});

const rowsOfSame: readonly CaseRow<Pair, string>[] = depths.flatMap((depth) =>
  (['A', 'ANY'] as const).map((place) => ({
    ...inGrid(`${place} twice`, depth),
    given: { first: place, second: place, depth, reuse: 'both' as const },
    says: inUse,
  })),
);

const exactlyTheSame = defineCase<Pair, string>({
  id: 'C9',
  articles: ['001'],
  title: 'SO_REUSEADDR: the very same address and port',
  claim: 'With SO_REUSEADDR on both sockets the very same address and port still conflict.',
  rules: ['reuseaddr-shared', 'held-by-listener', 'udp-reuseaddr-shared'],
  advice:
    'Do not take a bind() that works as proof that the port is yours: for TCP only listen() decides, for UDP nothing does.',
  bindsBeside: true,
  rows: rowsOfSame,
  run: (stage, given) => bindTwo(stage, given),
  laws: [
    {
      text: 'Two sockets with SO_REUSEADDR may bind the very same address and port; only one of them can listen. UDP sockets share it for good.',
      rows: ({ depth }) => sharedAs[depth],
    },
    {
      text: 'The very same address and port always conflict, whatever SO_REUSEADDR says, as on BSD.',
      rows: () => inUse,
    },
  ],
});

/** The rows of these cases, for another family. */
export const pairRows = [
  ...rowsByDefault.map(({ name, given }) => ({ id: 'C7', name, given })),
  ...rowsOfWildcard.map(({ name, given }) => ({ id: 'C8', name, given })),
  ...rowsOfSame.map(({ name, given }) => ({ id: 'C9', name, given })),
];

/** bind and listen as steps that can be set against those of another process; each returns `ok` or its errno. */
interface Server {
  bind(address: string): Promise<string>;
  listen(): Promise<string>;
}

const servicePort = 5700;

/** A server in this process. */
function serverHere({ host, family }: Ground, name: string, options: OptionValues): Server {
  const socket = host.open({ name, family, options });
  return {
    bind: (address) => Promise.resolve(outcome(() => socket.bind({ address, port: servicePort }))),
    listen: () => Promise.resolve(outcome(() => socket.listen())),
  };
}

/** A server in a process of its own. */
async function serverElsewhere({ host, family }: Ground, name: string, options: OptionValues): Promise<Server> {
  const agent = await host.start({ program: programs.agent, name });
  await agent.ask('socket', plain({ family, options }));
  return {
    bind: async (address) => (await agent.ask('bind', address, servicePort)).result,
    listen: async () => (await agent.ask('listen')).result,
  };
}

/** bind, then listen: `ok`, or the call that failed and its errno. */
async function serve(server: Server, address: string): Promise<string> {
  const bound = await server.bind(address);
  if (bound !== 'ok') return `bind ${bound}`;
  const listening = await server.listen();
  return listening === 'ok' ? 'ok' : `listen ${listening}`;
}

interface Listeners {
  readonly first: AddressName;
  readonly second: AddressName;
  readonly order: 'process 1 listens first' | 'both bind, then both listen' | typeof twoMore;
  /** Of the two that share an address beside the listener. */
  readonly option?: boolean;
}

const twoMore = 'process 1 listens, and two more sockets bind another address';

function listeners(
  order: Listeners['order'],
  first: AddressName,
  second: AddressName,
  says?: string,
): CaseRow<Listeners, string> {
  const name = `${order}: ${first}, then ${second}`;
  return { name, given: { order, first, second }, ...(says === undefined ? {} : { says }) };
}

/** Two more sockets of process 2 on one address, beside the listener of process 1: what the second of them is told. */
async function shareBeside(ground: Ground, { first, second, option = true }: Listeners): Promise<string> {
  const { host, address } = ground;
  await serve(await serverElsewhere(ground, 'process 1', { SO_REUSEADDR: true }), address[first]);
  const [one, two] = ['one', 'two'].map((name) => serverHere(ground, name, { SO_REUSEADDR: option }));
  await one?.bind(address[second]);
  const said = await two?.bind(address[second]);
  host.look('who has the port', { localPort: servicePort });
  return said === 'ok' ? 'ok' : `bind ${said ?? ''}`;
}

/** What process 2 is told beside process 1. */
export async function tryListeners(ground: Ground, given: Listeners): Promise<string> {
  const { order, first, second } = given;
  if (order === twoMore) return await shareBeside(ground, given);
  const { host, address } = ground;
  const options = { SO_REUSEADDR: true };
  const one = serverHere(ground, 'process 1', options);
  const two = await serverElsewhere(ground, 'process 2', options);
  if (order === 'process 1 listens first') {
    await serve(one, address[first]);
    return await serve(two, address[second]);
  }
  await one.bind(address[first]);
  const bound = await two.bind(address[second]);
  if (bound !== 'ok') return `bind ${bound}`;
  await one.listen();
  const listening = await two.listen();
  host.look('who listens', { port: servicePort });
  return listening === 'ok' ? 'ok' : `listen ${listening}`;
}

/** The rows of C10, for another family too. */
export const listenersRows: readonly CaseRow<Listeners, string>[] = [
  listeners('process 1 listens first', 'ANY', 'A', inUse),
  listeners('process 1 listens first', 'ANY', 'B', inUse),
  listeners('process 1 listens first', 'A', 'ANY', inUse),
  // It is about a listener that is there.
  listeners('both bind, then both listen', 'ANY', 'A'),
  {
    name: 'process 1 listens on A, two more sockets bind B with the option',
    given: { order: twoMore, first: 'A', second: 'B', option: true },
    says: inUse,
  },
  {
    name: 'process 1 listens on A, two more sockets bind B without the option',
    given: { order: twoMore, first: 'A', second: 'B', option: false },
  },
];

const twoProcesses = defineCase<Listeners, string>({
  id: 'C10',
  articles: ['001'],
  title: 'Linux makes an exception for listeners',
  claim:
    'While a socket listens on a port, SO_REUSEADDR is ignored for all sockets of that port: process 1 listens on the wildcard and port 5700, and process 2 cannot bind a specific address and that port.',
  rules: ['held-by-listener', 'listen-checks-again', 'addresses-apart', 'reuseaddr-shared'],
  advice: 'Handle EADDRINUSE of listen() too, not only of bind().',
  bindsBeside: true,
  rows: listenersRows,
  run: async (stage, given) => tryListeners(await groundOf(stage, 'IPv4', 'host'), given),
  laws: [
    {
      text: 'While process 1 listens, bind() of process 2 fails with EADDRINUSE if its address overlaps with that of the listener. On another address of the same port SO_REUSEADDR still works. If both bind first, the one that calls listen() second fails there.',
      rows: ({ order, option }) => {
        if (order === twoMore) return option === true ? 'ok' : inUse;
        return order === 'process 1 listens first' ? inUse : 'listen EADDRINUSE';
      },
    },
    {
      text: 'While a socket listens on a port, SO_REUSEADDR helps no socket of that port.',
      rows: ({ order }) => (order === 'both bind, then both listen' ? 'listen EADDRINUSE' : inUse),
    },
  ],
});

type Copy = {
  readonly option: 'SO_REUSEADDR' | 'SO_REUSEPORT';
  readonly when: 'after the first listens' | 'while the first starts';
};

/** Of SO_REUSEPORT the article says nothing here. */
function copies(given: Copy, says?: string): CaseRow<Copy, string> {
  return { name: `${given.option}, the second starts ${given.when}`, given, ...(says === undefined ? {} : { says }) };
}

const secondCopy = defineCase<Copy, string>({
  id: 'C20',
  articles: ['001'],
  title: 'A second copy of the server, started by mistake',
  claim:
    'Setting SO_REUSEADDR in every TCP server does no harm: a second copy, started by mistake, is refused and the first one goes on.',
  rules: ['held-by-listener', 'reuseaddr-shared', 'reuseport-shared'],
  advice:
    'With SO_REUSEADDR call listen() right after bind(), and end the server if listen() fails with EADDRINUSE. Set SO_REUSEPORT only where several copies are meant: it hides a second one.',
  rows: (['after the first listens', 'while the first starts'] as const).flatMap((when) => [
    copies({ option: 'SO_REUSEADDR', when }, 'the first copy'),
    copies({ option: 'SO_REUSEPORT', when }),
  ]),
  async run(stage, { option, when }) {
    const ground = await groundOf(stage, 'IPv4', 'host');
    const { host } = ground;
    const options = { [option]: true };
    const one = serverHere(ground, 'first copy', options);
    const two = await serverElsewhere(ground, 'second copy', options);
    await one.bind(host.ANY);
    const early = when === 'while the first starts' ? await serve(two, host.ANY) : undefined;
    const first = await one.listen();
    const second = early ?? (await serve(two, host.ANY));
    host.look('who listens', { port: servicePort });
    return serving(first, second);
  },
  laws: [
    {
      text: 'With SO_REUSEADDR a second copy is refused once the first one listens; between bind() and listen() of the first it can take the port away. With SO_REUSEPORT both copies listen and share the connections.',
      rows: ({ option, when }) =>
        option === 'SO_REUSEPORT'
          ? 'the first copy and the second copy'
          : when === 'after the first listens'
            ? 'the first copy'
            : 'the second copy',
    },
    {
      text: 'With SO_REUSEADDR a second copy is always refused. With SO_REUSEPORT both copies listen and share the connections.',
      rows: ({ option }) => (option === 'SO_REUSEPORT' ? 'the first copy and the second copy' : 'the first copy'),
    },
  ],
});

function serving(first: string, second: string): string {
  const who = [first === 'ok' ? ['the first copy'] : [], second === 'ok' ? ['the second copy'] : []].flat();
  return who.join(' and ') || 'nobody';
}

/** Which bindings exclude each other, with and without SO_REUSEADDR. */
export const conflictsCases: readonly Case[] = [byDefault, wildcard, exactlyTheSame, twoProcesses, secondCopy];
