import { codeOf } from '../../errors.js';
import type { LabSocket } from '../../lab/network/host.js';
import type { Outcome } from '../../lab/record/event.js';
import { endOfStream, resultText } from '../../lab/network/lab-socket.js';
import { patient } from '../../lab/record/patience.js';
import { type Attempt, outcomeAsync } from '../../lab/record/recorder.js';
import { until } from '../../lab/record/until.js';

/** How an end of a connection finds out what the other has done. */
export interface Ending {
  /** Bytes that could be read before. */
  readonly bytes: number;
  /** `end of stream` after a FIN, ECONNRESET after an RST. */
  readonly end: string;
}

/** Of a stream of megabytes only the sum is recorded. */
function repeated({ host, name: actor }: LabSocket, name: string): Attempt {
  return { kind: 'call', host: host.name, actor, name, args: [], repeated: true };
}

/** What nobody looks at: new memory for each read of a megabyte takes the kernel longer than the read. */
const sink = new Uint8Array(1 << 20);

/** Reads until there is no more, and says how it ended. */
export async function readToEnd(socket: LabSocket): Promise<Ending> {
  const read = async (): Promise<Ending> => {
    let bytes = 0;
    try {
      for (;;) {
        const { length } = await socket.socket.recv({ buffer: sink, timeoutMs: 5000 });
        if (length === 0) return { bytes, end: endOfStream };
        bytes += length;
      }
    } catch (error) {
      return { bytes, end: codeOf(error) };
    }
  };
  const told = ({ bytes: value, end }: Ending): Outcome => ({
    ok: true,
    value,
    ...(end !== endOfStream && { errno: end }),
  });
  return await socket.host.recorder.wait(repeated(socket, 'recv'), read, told);
}

const block = new Uint8Array(1 << 20);

/** Sends until the buffers of both ends are full, for the other does not read. Returns the bytes taken. */
export function fill(socket: LabSocket): number {
  const send = (): number => {
    let bytes = 0;
    for (let taken = socket.socket.trySend(block); taken !== undefined; taken = socket.socket.trySend(block))
      bytes += taken;
    return bytes;
  };
  return socket.host.recorder.call(repeated(socket, 'send'), send, (value) => ({ ok: true, value, errno: 'EAGAIN' }));
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

/** What a call came to: `ok`, an error's code, `5 bytes` for a send, for a recv the very data, or `end of stream`. */
export async function resultOf(call: () => Promise<unknown>): Promise<string> {
  let text = '';
  const outcome = await outcomeAsync(async () => {
    text = resultText(await call());
  });
  return outcome === 'ok' ? text : outcome;
}

/** A recv() that may never return: its result once there is one. */
export interface Reading {
  readonly done: Promise<string>;
  readonly result: string | undefined;
}

/** Begins to read. Where nothing ever comes the call ends with the run. */
export function readingOf(socket: LabSocket): Reading {
  let result: string | undefined;
  const done = socket.recv().then(resultText, codeOf);
  void done.then((text) => (result = text));
  return {
    done,
    get result() {
      return result;
    },
  };
}

/** Whether a call waited for the second of SO_LINGER. On a busy machine any call may take a part of it, or somewhat more. */
export function lasted(ms: number): string {
  if (ms < 950) return 'at once';
  return ms < patient(3000) ? 'about 1 s' : `${(ms / 1000).toFixed(1)} s`;
}
