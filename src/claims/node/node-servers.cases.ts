import { findOwners, getOption, type SocketRow, withDescriptorOf } from '../../index.js';
import {
  type Case,
  closingStates,
  comesTrue,
  defineCase,
  type Host,
  nodeOf,
  outcome,
  type NodeVersion,
  type Program,
  programs,
  type Stage,
  supportedNodes,
} from '../kit/index.js';

/** What starts a server in Node; each has a port of its own. */
const kinds = [
  'net.Server',
  'net.Server, exclusive',
  'net.Server, ipv6Only',
  'net.Server, ipv6Only on ::',
  'net.Server, reusePort',
  'http.Server',
  'cluster worker',
  'cluster worker, exclusive',
  'BoundSocket',
  'dgram.Socket',
  'dgram.Socket, reuseAddr',
  'dgram.Socket, reusePort',
] as const;
type Kind = (typeof kinds)[number];

const portOf = (kind: Kind): number => 9000 + kinds.indexOf(kind);
const udpKinds: readonly Kind[] = ['dgram.Socket', 'dgram.Socket, reuseAddr', 'dgram.Socket, reusePort'];
const isTcp = (kind: Kind): boolean => !udpKinds.includes(kind);

/** What each kind came to. */
type Of<Value> = { readonly [K in Kind]?: Value };

interface Servers {
  readonly [what: string]: Of<string> | string;
  /** Address and options, read from the descriptor of the process. */
  readonly sets: Of<string>;
  /** TCP servers without SO_REUSEADDR. */
  readonly without: string;
  /** What the TCP servers are told after Ctrl+C, with a client that was connected. */
  readonly restart: string;
  /** What the UDP sockets are told then. */
  readonly udpRestart: string;
  /** What a second UDP socket of the kind is told beside the first. */
  readonly udpBeside: Of<string>;
}

/** Starts one server of each kind, and then a second one of these. Returns the program, and what each was told. */
async function startAll(
  host: Host,
  node: string,
  name: string,
  twice: readonly Kind[] = [],
): Promise<{ program: Program; first: Of<string>; second: Of<string> }> {
  const pairs = [...kinds, ...twice].map((kind) => [kind, portOf(kind)]);
  const program = await host.start({ program: programs.nodeServers, name, args: [JSON.stringify(pairs)], node });
  const results = async (of: readonly Kind[], seen: number): Promise<Of<string>> => {
    const told: [Kind, string][] = [];
    for (const kind of of) told.push([kind, (await program.report(kind, seen)).result]);
    return Object.fromEntries(told);
  };
  return { program, first: await results(kinds, 0), second: await results(twice, 1) };
}

type Rows = { readonly [K in Kind]?: SocketRow };

/** The socket of each server, which the program or its worker holds. */
function rowsOf(host: Host): Rows {
  const rows = [...host.sockets({ protocol: 'tcp', state: 'LISTEN' }), ...host.sockets({ protocol: 'udp' })];
  const found = kinds.map((kind) => {
    const protocol = isTcp(kind) ? 'tcp' : 'udp';
    return [kind, rows.find((row) => row.protocol === protocol && row.localPort === portOf(kind))];
  });
  return Object.fromEntries(found) as Rows;
}

/** What is set on the very sockets, through a duplicate of each descriptor. */
function optionsOf(rows: Rows): (kind: Kind) => string {
  const { owners } = findOwners(Object.values(rows).flatMap((row) => row?.inode ?? []));
  return (kind) => {
    const row = rows[kind];
    const [owner] = row === undefined ? [] : (owners.get(row.inode) ?? []);
    const [fd] = owner?.fds ?? [];
    if (row === undefined || owner === undefined || fd === undefined) return 'not found';
    return withDescriptorOf(owner.pid, fd, (duplicate) => {
      const isV6 = row.family === 'IPv6';
      const set = [
        ...(getOption(duplicate, 'SO_REUSEADDR') ? ['SO_REUSEADDR'] : []),
        ...(getOption(duplicate, 'SO_REUSEPORT') ? ['SO_REUSEPORT'] : []),
        ...(isV6 && getOption(duplicate, 'IPV6_V6ONLY') ? ['IPV6_V6ONLY'] : []),
      ];
      return `${isV6 ? '[::]' : row.localAddress}, ${set.join(', ') || 'no option'}`;
    });
  };
}

/** Ctrl+C while a client of each is connected, which leaves when it sees the end. */
async function interrupt(host: Host, program: Program, running: readonly Kind[], rows: Rows): Promise<void> {
  const clients = [];
  for (const kind of running) {
    const family = rows[kind]?.family === 'IPv4' ? 'IPv4' : 'IPv6';
    const to = { address: family === 'IPv4' ? host.A : '::1', port: portOf(kind) };
    clients.push(await host.open({ name: `client of ${kind}`, family }).connect(to));
  }
  await comesTrue(() => {
    const accepted = new Set(host.sockets({ state: 'ESTABLISHED' }).map(({ localPort }) => localPort));
    return running.every((kind) => accepted.has(portOf(kind)));
  }, 'accepted');
  await program.kill('SIGINT');
  for (const client of clients) {
    await comesTrue(() => client.state !== 'ESTABLISHED', 'the end of the connection');
    client.close();
  }
  const ports = running.map(portOf);
  const isOver = (): boolean =>
    host.sockets({ state: ['LISTEN', ...closingStates] }).every(({ localPort }) => !ports.includes(localPort));
  await comesTrue(isOver, 'both ends have closed');
  host.look('what is left', { state: 'TIME_WAIT' });
}

async function servers(stage: Stage, version: NodeVersion): Promise<Servers> {
  const host = stage.alone();
  const node = nodeOf(version);
  if (node === undefined) throw new Error(`Node ${version} is not here`);
  const { program, first: started } = await startAll(host, node, `Node ${version}`);
  const running = kinds.filter((kind) => started[kind] === 'ok');
  const rows = rowsOf(host);
  const options = optionsOf(rows);
  const sets: Of<string> = Object.fromEntries(
    kinds.map((kind) => [kind, running.includes(kind) ? options(kind) : (started[kind] ?? '')]),
  );
  const tcp = running.filter(isTcp);
  const udp = kinds.filter((kind) => !isTcp(kind));
  await interrupt(host, program, tcp, rows);
  const { first: again, second: udpBeside } = await startAll(host, node, `Node ${version} again`, udp);
  const without = tcp.filter((kind) => sets[kind]?.includes('SO_REUSEADDR') !== true);
  const told = (of: readonly Kind[]): string => [...new Set(of.map((kind) => again[kind] ?? ''))].join(', ');
  return { sets, without: without.join('; ') || 'none', restart: told(tcp), udpRestart: told(udp), udpBeside };
}

const nodesOwn = defineCase<NodeVersion, Servers>({
  id: 'G12',
  articles: ['000'],
  title: "Node's own servers after Ctrl+C",
  claim: 'A server that is stopped by Ctrl+C while a client is connected cannot be started again at once: bind fails.',
  rules: ['reuseaddr-shared', 'held-by-time-wait', 'option-inherited', 'death-closes'],
  advice:
    'Set nothing on a TCP server of Node: it has SO_REUSEADDR already. Set `reuseAddr` on a dgram socket only for multicast, and `reusePort` only where several processes are meant: a second copy then starts beside the first, instead of failing.',
  labels: {
    sets: 'address and options',
    without: 'TCP servers without SO_REUSEADDR',
    restart: 'restart',
    udpRestart: 'restart of UDP sockets',
    udpBeside: 'a second UDP socket on the port',
  },
  needs: ['ipv6'],
  sideBySide: 2,
  rows: supportedNodes.map((version) => ({
    name: `Node ${version}`,
    given: version,
    needs: [`node-${version}`] as const,
    says: { restart: 'EADDRINUSE' },
  })),
  run: servers,
  laws: [
    {
      text: 'Node sets SO_REUSEADDR on every TCP server, of net, http and cluster, and the restart works at once. A UDP socket leaves nothing behind, so it needs no option to start again.',
      rows: () => ({ without: 'none', restart: 'ok', udpRestart: 'ok' }),
    },
    { text: 'Node sets no SO_REUSEADDR, and the restart fails.', rows: () => ({ restart: 'EADDRINUSE' }) },
  ],
});

type Other = '0.0.0.0' | 'A' | '127.0.0.1' | '[::1]' | '[::] v6only';

const othersOfIPv6: readonly Other[] = ['[::1]', '[::] v6only'];

/** What the server is called in the name of a row. */
const nodeNames = {
  'net.Server': 'Node',
  'net.Server, ipv6Only': 'Node, ipv6Only',
  'net.Server, ipv6Only on ::': 'Node, ipv6Only on ::',
} as const;

interface BesideNode {
  readonly first: 'Node' | 'the other';
  readonly kind: keyof typeof nodeNames;
  readonly other: Other;
}

/** Starts a server that is not Node's. */
function serveOther(host: Host, other: Other): string {
  const v6 = othersOfIPv6.includes(other);
  const addresses = { '0.0.0.0': host.ANY, A: host.A, '127.0.0.1': '127.0.0.1', '[::1]': '::1', '[::] v6only': '::' };
  const socket = host.open({
    name: `server on ${other}`,
    family: v6 ? 'IPv6' : 'IPv4',
    options: { SO_REUSEADDR: true },
  });
  if (v6) socket.setOption('IPV6_V6ONLY', true);
  return outcome(() => socket.bind({ address: addresses[other], port: portOf('net.Server') }).listen());
}

async function serveNode(host: Host, kind: BesideNode['kind']): Promise<string> {
  const pairs = [[kind, portOf('net.Server')]];
  const program = await host.start({ program: programs.nodeServers, name: 'Node', args: [JSON.stringify(pairs)] });
  return (await program.report(kind)).result;
}

async function besideNode(stage: Stage, { first, kind, other }: BesideNode): Promise<string> {
  const host = stage.alone();
  if (first === 'Node') {
    await serveNode(host, kind);
    return serveOther(host, other);
  }
  serveOther(host, other);
  return await serveNode(host, kind);
}

const others: readonly Other[] = ['0.0.0.0', 'A', '127.0.0.1', '[::1]', '[::] v6only'];

const nodesWildcard = defineCase<BesideNode, string>({
  id: 'V2',
  articles: [],
  title: "Node's server without a host, and servers of IPv4",
  claim: 'A server of Node that is given no host listens on [::], and leaves the port to servers of IPv4.',
  rules: ['held-by-listener', 'addresses-apart', 'listen-checks-again'],
  advice:
    "Give listen() a host, or `{ host: '::', ipv6Only: true }`, if another program is to have the port on IPv4. Without them Node's [::] has every IPv4 address too, and any listener on one of them keeps it out.",
  needs: ['ipv6'],
  bindsBeside: true,
  sideBySide: 4,
  rows: [
    ...others.map((other): BesideNode => ({ first: 'Node', kind: 'net.Server', other })),
    ...others.map((other): BesideNode => ({ first: 'the other', kind: 'net.Server', other })),
    { first: 'Node' as const, kind: 'net.Server, ipv6Only' as const, other: '0.0.0.0' as const },
    { first: 'Node' as const, kind: 'net.Server, ipv6Only on ::' as const, other: '0.0.0.0' as const },
    { first: 'the other' as const, kind: 'net.Server, ipv6Only on ::' as const, other: '0.0.0.0' as const },
  ].map((given) => {
    const node = nodeNames[given.kind];
    return {
      name: given.first === 'Node' ? `${node}, then ${given.other}` : `${given.other}, then ${node}`,
      given,
      // It speaks of IPv4.
      ...(othersOfIPv6.includes(given.other) ? {} : { says: 'ok' }),
    };
  }),
  run: besideNode,
  laws: [
    {
      text: "Node's server without a host has every IPv4 address as well as every IPv6 one: no other listener on any of them can start beside it, and Node cannot start beside such a listener. ipv6Only leaves IPv4 alone, but only if the host is given as ::, and does nothing without.",
      rows: ({ kind }) => (kind === 'net.Server, ipv6Only on ::' ? 'ok' : 'EADDRINUSE'),
    },
    {
      text: "Node's server without a host has every IPv4 address as well as every IPv6 one: no other listener on any of them can start beside it, and Node cannot start beside such a listener. ipv6Only leaves IPv4 alone, whether the host is given as :: or not.",
      rows: ({ kind }) => (kind === 'net.Server' ? 'EADDRINUSE' : 'ok'),
    },
    {
      text: "Node's server without a host leaves the port to servers of IPv4.",
      rows: ({ other }) => (othersOfIPv6.includes(other) ? 'EADDRINUSE' : 'ok'),
    },
  ],
});

/** What Node sets on the sockets of its servers, and what that keeps out. */
export const nodeServersCases: readonly Case[] = [nodesOwn, nodesWildcard];
