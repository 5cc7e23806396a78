import { type NetworkNamespace, type OptionValues, Socket } from '../../index.js';
import { codeOf } from '../host/step.js';

// packet(7): every protocol, or what the host sends is not shown.
const ETH_P_ALL = 0x0003;
export const PACKET_OTHERHOST = 3;
export const PACKET_OUTGOING = 4;

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
    socket.bind({ family: 'packet', protocol: ETH_P_ALL, interfaceIndex });
    return { socket, interfaceIndex };
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Sends a frame over the link; `undefined` where its queue is full. */
export function sendFrame({ socket, interfaceIndex }: LinkSocket, frame: Uint8Array): number | undefined {
  return socket.trySend(frame, { address: { family: 'packet', interfaceIndex } });
}

/** Calls `take` whenever there is something to take, until the socket is closed. */
export async function whenReadable({ socket }: LinkSocket, take: () => void): Promise<void> {
  try {
    for (;;) {
      await socket.recv({ size: 1, flags: ['MSG_PEEK', 'MSG_TRUNC'] });
      take();
      // Lets the script run between two turns of a long burst.
      await new Promise(setImmediate);
    }
  } catch (error) {
    if (codeOf(error) !== 'ERR_SOCKET_CLOSED') throw error;
  }
}
