import { type OptionValues, type SocketFilter, type SocketRow, type SocketState, TimeoutError } from '../../index.js';
import { closeInOrder, type Connection, establish } from './connection.js';
import { connectionStates } from '../../lab/network/connection-states.js';
import type { Host } from '../../lab/network/host.js';
import { type LinkGround, overIPv4 } from './ground.js';
import type { Stage } from '../../lab/run/stage.js';
import type { LabSocket } from '../../lab/network/host.js';
import { comesTrue, reached } from '../../lab/record/until.js';

/** The eleven states of RFC 9293 section 3.3.2 in Linux's spelling, and the one of a socket that is only bound. */
export type LabState = Exclude<SocketState, 'CLOSE'> | 'CLOSED';

/** A connection to the port whose listener is gone, so that only the connection is there. */
async function alone({ host, peer, family, address, port, options }: LinkGround): Promise<Connection> {
  const connection = await establish(host, { at: { address, port }, family, clientHost: peer, options });
  connection.listener.close();
  return connection;
}

/** Client and server may do without a cookie, so that the first SYN can carry data: ip-sysctl.rst, tcp_fastopen. */
const fastOpenForAll = 0x1 | 0x2 | 0x4 | 0x200;

/** A connection that is accepted on the data of its SYN, while the SYN-ACK is lost; its listener is gone. */
export async function acceptedEarly(ground: LinkGround): Promise<LabSocket> {
  const { host, peer, family, address, port, options } = ground;
  for (const side of [host, peer]) side.setSysctl('net.ipv4.tcp_fastopen', fastOpenForAll);
  const listener = host.open({ name: 'listener', family, options: { ...options, TCP_FASTOPEN: 5 } });
  listener.bind({ address, port }).listen();
  const client = peer.open({ name: 'client', family, options: { TCP_FASTOPEN_CONNECT: true } });
  // With the option connect only notes the address, and the first send goes out with the SYN.
  client.tryConnect({ address, port });
  ground.mute();
  client.trySend('request');
  const server = await listener.accept('server');
  // Unread data would make close() reset the connection.
  await server.recv();
  listener.close();
  return server;
}

/** How to get there. What is lost on the way is lost for real: a host vanishes, or cannot be heard. */
const scripts: { readonly [S in LabState]: (ground: LinkGround) => unknown } = {
  // RFC 9293 section 3.3.2: no state of a socket, but that there is none any more. The passive closer comes to it at once.
  async CLOSED(ground) {
    const { server, client } = await alone(ground);
    await closeInOrder(client, server);
  },
  BOUND: ({ host, family, address, port, options }) =>
    host.open({ name: 'bound', family, options }).bind({ address, port }),
  LISTEN: ({ host, family, address, port, options }) =>
    host.open({ name: 'listener', family, options }).bind({ address, port }).listen(),
  SYN_SENT({ host, family, address, port, peerAddress, options, mute }) {
    mute();
    host.open({ name: 'caller', family, options }).bind({ address, port }).tryConnect({ address: peerAddress, port });
  },
  // The usual SYN_RECV is a request, which holds no port of its own; one accepted early is a socket, without its listener too.
  SYN_RECV: acceptedEarly,
  ESTABLISHED: alone,
  async FIN_WAIT1(ground) {
    const { server } = await alone(ground);
    ground.mute();
    server.close();
  },
  async FIN_WAIT2(ground) {
    const { server } = await alone(ground);
    server.close();
  },
  // Its FIN is lost while the peer's arrives: to this end, both have closed at the same time.
  async CLOSING(ground) {
    const { server, client } = await alone(ground);
    ground.mute();
    server.close();
    client.close();
  },
  async TIME_WAIT(ground) {
    const { server, client } = await alone(ground);
    await closeInOrder(server, client);
  },
  async CLOSE_WAIT(ground) {
    const { client } = await alone(ground);
    client.close();
  },
  async LAST_ACK(ground) {
    const { server, client } = await alone(ground);
    client.close();
    await ground.host.waitFor({ localPort: ground.port, state: 'CLOSE_WAIT' });
    ground.mute();
    server.close();
  },
};

export const labStates = Object.keys(scripts) as readonly LabState[];

/** What may be on the port. */
function inFilter({ port }: LinkGround, state: LabState): SocketFilter {
  return { localPort: port, ...(state !== 'BOUND' && { state: connectionStates }) };
}

function isIn(ground: LinkGround, state: LabState): boolean {
  const rows = ground.host.sockets(inFilter(ground, state));
  return state === 'CLOSED' ? rows.length === 0 : rows.some((row) => row.state === state);
}

/** Brings the port of the host into a state, and waits until the kernel shows it. */
export async function reachOn(ground: LinkGround, state: LabState): Promise<void> {
  const { host, port } = ground;
  await scripts[state](ground);
  // What is only bound is so when bind(2) returns; before Linux 6.8 the kernel does not list it.
  if (state !== 'BOUND') {
    await reached(
      () => isIn(ground, state) || undefined,
      `in ${state}`,
      state,
      () => statesOn(host, port),
    );
  }
  host.look(`in ${state}`, inFilter(ground, state));
}

/** The same on a pair of hosts made for it, with `options` on the old socket. */
export async function reach(stage: Stage, state: LabState, options: OptionValues = {}): Promise<LinkGround> {
  const ground = overIPv4(...stage.pair('host', 'peer'), options);
  await reachOn(ground, state);
  return ground;
}

/** Goes the way to a state, and tells what the kernel shows at its end, or after a bounded wait: the state, or another. */
export async function tryToReach(stage: Stage, state: LabState): Promise<string> {
  const ground = overIPv4(...stage.pair('host', 'peer'));
  const { host, port } = ground;
  try {
    await scripts[state](ground);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    host.note(`on the way to ${state}`, error.message);
  }
  await comesTrue(() => isIn(ground, state), `in ${state}`);
  const seen = host.look(`led to ${state}`, { localPort: port }).map((row) => row.state);
  return seen.join(', ') || 'CLOSED';
}

function withoutListeners(rows: readonly SocketRow[]): string {
  const states = rows.map(({ state }) => state).filter((state) => state !== 'LISTEN');
  return states.join(', ') || 'nothing';
}

/** The same while it is waited for, again and again: what is only bound is left out. */
function connectionsOn(host: Host, localPort: number): string {
  return withoutListeners(host.sockets({ localPort, state: connectionStates }));
}

/** The states on the port, without listeners: `TIME_WAIT`, or `nothing`. */
export function statesOn(host: Host, localPort: number, what = `the table on port ${localPort}`): string {
  return withoutListeners(host.look(what, { localPort }));
}

/**
 * What stands on the port once it is one of `states`, or after a bounded wait without it. A case that waited for what it
 * expects, and was aborted without it, could never be refuted.
 */
export async function standing(
  host: Host,
  localPort: number,
  states: readonly string[],
  what: string,
): Promise<string> {
  await comesTrue(() => states.includes(connectionsOn(host, localPort)), what);
  return statesOn(host, localPort, what);
}

/** What follows this state on the port; the same where nothing does in time. */
export async function following(host: Host, localPort: number, state: string, what: string): Promise<string> {
  await comesTrue(() => connectionsOn(host, localPort) !== state, what);
  return statesOn(host, localPort, what);
}
