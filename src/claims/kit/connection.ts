import type { OptionValues, SocketFilter, SocketState } from '../../index.js';
import type { Family } from './ground.js';
import type { Endpoint, Host } from '../../lab/network/host.js';
import type { ExperimentContext } from '../../lab/run/experiment.js';
import type { Stage } from '../../lab/run/stage.js';
import type { LabSocket } from '../../lab/network/host.js';
import { comesTrue, until } from '../../lab/record/until.js';

export interface Connection {
  readonly listener: LabSocket;
  /** The accepted end. */
  readonly server: LabSocket;
  readonly client: LabSocket;
}

export interface ConnectionSettings {
  /** Where the listener is bound; A and a port of the kernel's choice if absent. */
  readonly at?: Partial<Endpoint> | undefined;
  /** IPv4 if absent. */
  readonly family?: Family;
  readonly options?: OptionValues | undefined;
  /** The client's host, if it is another. */
  readonly clientHost?: Host | undefined;
  readonly clientOptions?: OptionValues | undefined;
}

/** The wildcard and the port of the articles, or what stands for them where the machine's own ports are in use. */
export function serverPlace(stage: Stage, host: Host, port: number): Endpoint {
  return stage.isolation === 'loopback' ? { address: host.A, port: 0 } : { address: host.ANY, port };
}

/** Full after some kilobytes, so that a capture can hold every segment. The accepted socket has those of the listener. */
export const smallBuffers = { options: { SO_SNDBUF: 4096 }, clientOptions: { SO_RCVBUF: 4096 } };

/** A listener and one connection to it. */
export async function establish(host: Host, settings: ConnectionSettings = {}): Promise<Connection> {
  const { at: { address = host.A, port = 0 } = {}, family = 'IPv4', options = {}, clientHost = host } = settings;
  const { clientOptions = {} } = settings;
  const listener = host.open({ name: 'listener', family, options }).bind({ address, port }).listen();
  const to = { address: address === host.ANY ? host.A : address, port: listener.local.port };
  const client = await clientHost.open({ name: 'client', family, options: clientOptions }).connect(to);
  const server = await listener.accept('server');
  return { listener, server, client };
}

/** A server with one client. */
export interface Scene {
  readonly server: Host;
  readonly client: Host;
  readonly listener: LabSocket;
  /** The accepted end. */
  readonly s: LabSocket;
  readonly c: LabSocket;
}

/** Two hosts and a connection between them; its buffers are full after some kilobytes if they are `small`. */
export async function connected({ host }: ExperimentContext, buffers?: 'small'): Promise<Scene> {
  const [server, client] = [host('server'), host('client')];
  const small = buffers === 'small';
  const listener = server.listen({ port: 8080, ...(small && { options: smallBuffers.options }) });
  const c = await client.connect(server, 8080, small ? { options: smallBuffers.clientOptions } : {});
  const s = await listener.accept('server');
  return { server, client, listener, s, c };
}

/** Connections that wait for accept(): Recv-Q of the listener (tcp_diag_get_info()). */
export function queued(host: Host, port: number): number {
  return host.sockets({ localPort: port, state: 'LISTEN' }).reduce((sum, { receiveQueue }) => sum + receiveQueue, 0);
}

/** Until so many connections wait: the last ACK of a handshake may come after the client's connect() has returned. */
export async function queueHolds(host: Host, port: number, count: number): Promise<void> {
  await until(() => (queued(host, port) >= count ? true : undefined), `${count} connections in the queue of ${port}`);
}

/** Where a connection is on its way once both ends have closed; what it comes to is TIME_WAIT, or nothing. */
export const closingStates: readonly SocketState[] = ['FIN_WAIT1', 'FIN_WAIT2', 'CLOSING', 'CLOSE_WAIT', 'LAST_ACK'];

/**
 * Closes a socket whose peer does not, and leaves a FIN_WAIT2 without owner. A shutdown comes first: where the ACK of the FIN
 * arrives while close(2) still holds the socket, as it may on a busy machine, the whole socket stays instead of a minisocket,
 * and its keepalive timer ends it with an RST instead of silence (tcp_rcv_state_process(), tcp_keepalive_timer()).
 */
export async function abandon(socket: LabSocket): Promise<void> {
  socket.shutdown('write');
  await socket.waitForState('FIN_WAIT2');
  socket.close();
}

/**
 * Until the FIN of a socket that closed first is acknowledged. A peer that closes while this ACK is still due (it is delayed
 * where the peer has answered data) sends it late, into the TIME_WAIT; that is answered, and the answer to that is an RST,
 * which ends the TIME_WAIT (tcp_timewait_state_process(), RFC 1337).
 */
export async function finAcknowledged(host: Host, filter: SocketFilter): Promise<void> {
  const isDone = (): boolean => host.sockets({ ...filter, state: 'FIN_WAIT1' }).length === 0;
  await comesTrue(isDone, 'the ACK of the FIN');
}

/** Closes `first`, waits until `second` has seen the end of the stream, closes it too and waits for the TIME_WAIT of `first`. */
export async function closeInOrder(first: LabSocket, second: LabSocket): Promise<void> {
  const [local, remote] = [first.local, first.remote];
  first.close();
  await second.recv();
  await finAcknowledged(first.host, { localPort: local.port, remotePort: remote.port });
  second.close();
  await first.host.waitFor(
    { localPort: local.port, remotePort: remote.port, state: 'TIME_WAIT' },
    `${first.name} closed first`,
  );
}
