import { endOfStream, type LabSocket } from '../../lab/network/lab-socket.js';
import { codeOf } from '../../lab/record/recorder.js';
import { until } from '../../lab/record/until.js';

/** How an end of a connection finds out what the other has done. */
export interface Ending {
  /** Bytes that could be read before. */
  readonly bytes: number;
  /** `end of stream` after a FIN, ECONNRESET after an RST. */
  readonly end: string;
}

/** Reads until there is no more, and says how it ended. */
export async function readToEnd(socket: LabSocket): Promise<Ending> {
  let bytes = 0;
  try {
    for (;;) {
      // Of a stream of megabytes only the sum is recorded.
      const { length } = await socket.socket.recv({ size: 1 << 20, timeoutMs: 5000 });
      if (length === 0) return told(socket, { bytes, end: endOfStream });
      bytes += length;
    }
  } catch (error) {
    return told(socket, { bytes, end: codeOf(error) });
  }
}

function told(socket: LabSocket, ending: Ending): Ending {
  const { bytes: value, end } = ending;
  const outcome = { ok: true, value, ...(end !== endOfStream && { errno: end }) };
  socket.host.called('recv', [], { actor: socket.name, repeated: true, outcome });
  return ending;
}

const block = new Uint8Array(1 << 20);

/** Sends until the buffers of both ends are full, for the other does not read. Returns the bytes taken. */
export function fill(socket: LabSocket): number {
  let bytes = 0;
  for (let taken = socket.socket.trySend(block); taken !== undefined; taken = socket.socket.trySend(block))
    bytes += taken;
  const outcome = { ok: true, value: bytes, errno: 'EAGAIN' };
  socket.host.called('send', [], { actor: socket.name, repeated: true, outcome });
  return bytes;
}

/** Until data has reached the receive queue of a socket that is not to read it. */
export async function arrived(socket: LabSocket, bytes: number): Promise<void> {
  const { local, remote } = socket;
  const filter = { localPort: local.port, remotePort: remote.port };
  await until(
    () => (socket.host.sockets(filter).some(({ receiveQueue }) => receiveQueue >= bytes) ? true : undefined),
    'data to arrive',
  );
  socket.host.look(`${bytes} bytes wait at the ${socket.name}, unread`, filter);
}

/** Until the socket has the state; it is asked itself, so nothing is read. */
export async function inState(socket: LabSocket, state: string): Promise<void> {
  await until(() => (socket.state === state ? true : undefined), `${state} of the ${socket.name}`);
  socket.host.note(`state of the ${socket.name}`, state);
}
