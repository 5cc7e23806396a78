import { codeOf } from '../../../errors.js';
import {
  type NetworkNamespace,
  type OptionValues,
  type ReceivedMessage,
  Socket,
  SystemCallError,
} from '../../../index.js';
import { packetNumbers } from '../../../raw/raw.js';

/** A raw packet socket that has every frame of one link. */
export interface LinkSocket {
  readonly socket: Socket;
  readonly interfaceIndex: number;
}

/** Past net.core.rmem_max goes only who has CAP_NET_ADMIN on the machine, not in a user namespace (socket(7)). */
function growReceiveBuffer(socket: Socket, bytes: number): void {
  try {
    socket.setOption('SO_RCVBUFFORCE', bytes);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
    socket.setOption('SO_RCVBUF', bytes);
  }
}

/** Opens one on a link of the namespace, with a receive buffer of so many bytes as far as that is allowed. */
export function openOnLink(
  namespace: NetworkNamespace,
  link: string,
  { receiveBuffer, options = {} }: { readonly receiveBuffer?: number; readonly options?: OptionValues } = {},
): LinkSocket {
  const { index: interfaceIndex } = namespace.getLink(link);
  // The protocol is given at bind: until then nothing comes in, so not what another link brings either.
  const socket = namespace.run(() => Socket.open({ family: 'packet', type: 'raw', protocol: 0, options }));
  try {
    if (receiveBuffer !== undefined) growReceiveBuffer(socket, receiveBuffer);
    // Every protocol, or what the host sends is not shown, packet(7).
    socket.bind({ family: 'packet', protocol: packetNumbers.ETH_P_ALL, interfaceIndex });
    return { socket, interfaceIndex };
  } catch (error) {
    socket.close();
    throw error;
  }
}

function isDown(error: unknown): boolean {
  return codeOf(error) === 'ENETDOWN';
}

/**
 * The next frame, `undefined` where there is none. A link that is set down leaves ENETDOWN in each packet socket on it
 * (packet_notifier()); to read it clears it, and frames come again once the link is up.
 */
export function tryFrame(
  { socket }: LinkSocket,
  options: Parameters<Socket['tryRecvmsg']>[0],
): ReceivedMessage | undefined {
  try {
    return socket.tryRecvmsg(options);
  } catch (error) {
    if (!isDown(error)) throw error;
    return socket.tryRecvmsg(options);
  }
}

/** What the kernel refused, with what it was that could not go on for it. */
export function named(what: string, error: unknown): unknown {
  return error instanceof SystemCallError ? new Error(`${what}: ${error.message}`, { cause: error }) : error;
}

/** Sends a frame over the link; `undefined` where its queue is full. */
export function sendFrame({ socket, interfaceIndex }: LinkSocket, frame: Uint8Array): number | undefined {
  return socket.trySend(frame, { address: { family: 'packet', interfaceIndex } });
}

/** Until there is something to take; false when the socket is closed. */
async function isReadable(socket: Socket): Promise<boolean> {
  try {
    await socket.recv({ size: 1, flags: ['MSG_PEEK', 'MSG_TRUNC'] });
  } catch (error) {
    if (codeOf(error) === 'ERR_SOCKET_CLOSED') return false;
    if (!isDown(error)) throw error;
  }
  return !socket.closed;
}

/** Calls `take` whenever there is something to take, until the socket is closed. */
export async function whenReadable({ socket }: LinkSocket, take: () => void): Promise<void> {
  while (await isReadable(socket)) {
    take();
    // Lets the script run between two turns of a long burst.
    await new Promise(setImmediate);
  }
}

/** Whether a control message is the time of day at which the kernel had the packet, SO_TIMESTAMPNS (socket(7)). */
export function isStamp<T extends { readonly type: string }>(
  message: T,
): message is Extract<T, { readonly type: 'SCM_TIMESTAMPNS' | 'SCM_TIMESTAMP' }> {
  return message.type === 'SCM_TIMESTAMPNS';
}
