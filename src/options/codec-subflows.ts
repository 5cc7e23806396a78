import { formatIPv4, formatIPv6 } from '../address.js';
import type { Codec } from './codec-shape.js';
import { AF_INET } from './codec-structs.js';
import { decodeTcpInfo } from './decode-tcp-info.js';
import { littleEndian, type Memory } from './memory.js';
import type { InternetEndpoint, Subflow, TcpInfo } from './values.gen.js';

// struct mptcp_subflow_data of linux/mptcp.h: its own size, how many subflows there are, the sizes of one to the kernel and to the
// caller. The caller fills in the first and the last; an array follows, in steps of the last.
const headerSize = 16;
const tcpInfoSize = 280;
const addressSize = 128;
/** Bytes of the scratch memory: room for 234 subflows or more. */
const room = 65_536;

function perSubflow<T>(
  size: number,
  decodeOne: (memory: Memory, at: number, length: number) => T,
): Codec<readonly T[]> {
  return {
    capacity: room,
    shortest: headerSize,
    ask({ view }) {
      for (const [index, word] of [headerSize, 0, 0, size].entries()) view.setUint32(4 * index, word, littleEndian);
    },
    decode(memory, at, length) {
      const known = memory.view.getUint32(at + 8, littleEndian);
      const count = Math.floor((length - headerSize) / size);
      return Array.from({ length: count }, (_, index) =>
        decodeOne(memory, at + headerSize + index * size, Math.min(known, size)),
      );
    },
  };
}

function endpoint({ view, bytes }: Memory, at: number): InternetEndpoint {
  const address = view.getUint16(at, littleEndian) === AF_INET ? formatIPv4(bytes, at + 4) : formatIPv6(bytes, at + 8);
  return { address, port: view.getUint16(at + 2) };
}

export const subflowCodecs: {
  readonly subflowInfos: Codec<readonly TcpInfo[]>;
  readonly subflowAddresses: Codec<readonly Subflow[]>;
} = {
  // Each is decoded at the beginning of the memory, instead of the header, which has been read, and of those before it.
  subflowInfos: perSubflow(tcpInfoSize, decodeTcpInfo),
  subflowAddresses: perSubflow(2 * addressSize, (memory, at) => ({
    local: endpoint(memory, at),
    remote: endpoint(memory, at + addressSize),
  })),
};
