import { type NetworkNamespace, Socket, UsageError } from '../../index.js';
import { pause } from '../../pause.js';
import { isStamp } from '../network/peer/link-socket.js';

interface Reading {
  /** performance.now() of this process. */
  readonly hereMs: number;
  /** The kernel's time of day at that moment, in nanoseconds. */
  readonly kernelNs: bigint;
}

const attempts = 20;
const mostStampWaitMs = 2000;

/** When the kernel stamped the datagram that is there. */
function stampAt(receiver: Socket): bigint | undefined {
  return receiver.tryRecvmsg({ size: 1, controlSize: 64 })?.control.find(isStamp)?.nanoseconds;
}

/** A datagram between Unix sockets is stamped when it is sent (`unix_dgram_sendmsg`), whatever is true of packets. */
function stampedPair(): [sender: Socket, receiver: Socket] {
  const [sender, receiver] = Socket.pair({ type: 'dgram' });
  return [sender, receiver.setOption('SO_TIMESTAMPNS', true)];
}

function openStamped(): Socket {
  return Socket.open({ type: 'dgram', options: { SO_TIMESTAMPNS: true } });
}

/** Whether a packet has the time at which it passed, not the one at which it was read. */
function stampsPackets(namespace: NetworkNamespace): boolean {
  const [left, right] = stampedPair();
  using reference = left;
  using afterwards = right;
  using receiver = namespace.run(openStamped).bind({ address: '127.0.0.1' });
  using sender = namespace.run(openStamped);
  sender.trySend('x', { address: receiver.getsockname() });
  reference.trySend('x');
  const [passed, after] = [stampAt(receiver), stampAt(afterwards)];
  return passed !== undefined && after !== undefined && passed <= after;
}

/** Asks for stamps as long as this process lives. */
let asking: Socket | undefined;

/**
 * Returns when packets are stamped as they pass, in every namespace: they are in all or in none (`net_enable_timestamp`). To the
 * first socket that asks for it the kernel says yes at once, and leaves it to a worker of its own to begin: until that one has
 * run, which takes milliseconds on a busy machine, a packet gets the time at which it is read (`__sock_recv_timestamp`). With the
 * last socket that asks it ends, so one goes on asking, and later runs need not wait. The datagrams of that are in `aside` alone.
 */
export function waitForPacketStamps(aside: NetworkNamespace): void {
  if (asking !== undefined) return;
  const socket = aside.run(openStamped);
  const begin = performance.now();
  while (!stampsPackets(aside)) {
    if (performance.now() - begin > mostStampWaitMs) {
      socket.close();
      throw new UsageError('ERR_NOT_SUPPORTED', 'this kernel does not stamp packets as they pass');
    }
    // Leaves the processor to that worker.
    pause(1);
  }
  asking = socket;
}

/** Both clocks at one moment. The moment is known to half the time the send took: the shortest of several counts. */
function read(): Reading {
  const [left, right] = stampedPair();
  using sender = left;
  using receiver = right;
  let best: Reading & { readonly doubtMs: number } = { hereMs: 0, kernelNs: 0n, doubtMs: Number.POSITIVE_INFINITY };
  for (let attempt = 0; attempt < attempts; attempt++) {
    const before = performance.now();
    sender.trySend('x');
    const doubtMs = performance.now() - before;
    const kernelNs = stampAt(receiver);
    if (kernelNs !== undefined && doubtMs < best.doubtMs) best = { hereMs: before + doubtMs / 2, kernelNs, doubtMs };
  }
  return best;
}

/**
 * Turns the kernel's packet times into those of performance.now(), which the calls of a script are timed with. The time of
 * day is slewed by up to 0.5 ms a second (adjtimex(2)), so a run reads both clocks at its begin and at its end.
 */
export class KernelClock {
  readonly #begin = read();
  #end: Reading | undefined;

  /** When the run began, in nanoseconds since 1970. */
  get beginNs(): bigint {
    return this.#begin.kernelNs;
  }

  stop(): void {
    this.#end = read();
  }

  /** Time of day in nanoseconds, as milliseconds of performance.now(). */
  toMs(nanoseconds: bigint): number {
    const kernelMs = Number(nanoseconds - this.#begin.kernelNs) / 1e6;
    if (this.#end === undefined) return this.#begin.hereMs + kernelMs;
    const wholeKernelMs = Number(this.#end.kernelNs - this.#begin.kernelNs) / 1e6;
    const rate = wholeKernelMs > 0 ? (this.#end.hereMs - this.#begin.hereMs) / wholeKernelMs : 1;
    return this.#begin.hereMs + kernelMs * rate;
  }

  /** The other way round. */
  toNs(ms: number): bigint {
    return this.#begin.kernelNs + BigInt(Math.round((ms - this.#begin.hereMs) * 1e6));
  }
}
