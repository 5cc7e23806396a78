import { NetlinkExchange, type NetlinkTransport } from '../../src/netlink/exchange.js';
import { littleEndian } from '../../src/options/memory.js';
import { encodeMessage, HeaderFlag, MessageType } from '../../src/netlink/message.js';

/** A message of an answer. */
export interface Part {
  readonly type: number;
  readonly flags?: number;
  readonly parts?: readonly Uint8Array[];
  readonly sequence?: number;
  /** Port id in its header. */
  readonly port?: number;
}

/** An exchange with a kernel that answers the n-th request with the n-th list of datagrams. */
export function scripted(...answers: readonly (readonly (readonly Part[])[])[]): {
  exchange: NetlinkExchange;
  sent: Uint8Array[];
} {
  const sent: Uint8Array[] = [];
  let queue: Uint8Array[] = [];
  const transport: NetlinkTransport = {
    port: 0,
    send(bytes) {
      sent.push(bytes);
      queue = (answers[sent.length - 1] ?? []).map((datagram) =>
        Buffer.concat(
          datagram.map(({ type, flags = 0, parts = [], sequence = sent.length, port = 0 }) => {
            const message = encodeMessage({ type, flags, sequence, parts });
            new DataView(message.buffer).setUint32(12, port, littleEndian);
            return message;
          }),
        ),
      );
    },
    receive(bytes) {
      const next = queue.shift();
      if (next === undefined) return -1;
      bytes.set(next);
      return next.length;
    },
    close() {},
  };
  return { exchange: new NetlinkExchange(transport), sent };
}

export function int32(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

export const done: Part = { type: MessageType.DONE, flags: HeaderFlag.MULTI, parts: [int32(0)] };
