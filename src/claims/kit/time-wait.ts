import type { OptionValues, SocketRow } from '../../index.js';
import type { Host } from '../../lab/network/host.js';
import type { LabSocket } from '../../lab/network/host.js';
import type { ConnectionSettings, ScriptedConnection } from '../../lab/network/peer/connection.js';
import type { ScriptedPeer } from '../../lab/network/peer/peer.js';

export interface LeftInTimeWait {
  readonly listener: LabSocket;
  /** The peer's end of the connection that is over. */
  readonly old: ScriptedConnection;
  /** The TIME_WAIT, if it stands. */
  look(what: string): SocketRow | undefined;
}

/** Sent in every old connection: eight bytes, at the relative sequence number 1. */
export const oldData = 'old data';

export interface TimeWaitSettings extends Omit<ConnectionSettings, 'localPort' | 'remotePort'> {
  readonly options?: OptionValues;
}

export const peerPort = 40_000;
const serverPort = 8080;

/** The peer connects, sends some data, and the host closes first. */
export async function leaveInTimeWait(
  host: Host,
  peer: ScriptedPeer,
  settings: TimeWaitSettings = {},
): Promise<LeftInTimeWait> {
  const { options = {}, ...rest } = settings;
  const listener = host.listen({ address: host.A, port: serverPort, options });
  const old = peer.connection({ localPort: peerPort, remotePort: serverPort, ...rest });
  await old.connect();
  const server = await listener.accept('server');
  old.send('PSH ACK', { data: oldData });
  await old.expect('ACK');
  await server.recv();
  server.close();
  await old.closeAfterHost();
  const filter = { localPort: serverPort, remotePort: peerPort, state: 'TIME_WAIT' } as const;
  await host.waitFor(filter, 'the host closed first');
  // On a busy machine a timer has sent a SYN ACK or FIN once more. A TIME_WAIT repeats nothing, so this is the last of it.
  await old.answers();
  return { listener, old, look: (what) => host.look(what, filter)[0] };
}

/** The four-tuple once more, from the peer. */
export function sameFourTuple(
  peer: ScriptedPeer,
  settings: Pick<ConnectionSettings, 'initialSeq' | 'clock'>,
): ScriptedConnection {
  return peer.connection({ localPort: peerPort, remotePort: serverPort, ...settings });
}

/** What the SYN of a new connection is answered with. A FIN that the old end sends again, on a busy machine, is no answer to it. */
export async function answerToSyn(
  connection: ScriptedConnection,
): Promise<Awaited<ReturnType<ScriptedConnection['answers']>>[number] | undefined> {
  return (await connection.answers()).find(({ flags }) => !flags.includes('FIN'));
}
