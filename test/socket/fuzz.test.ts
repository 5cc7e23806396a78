import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SystemCallError, UsageError } from '../../src/errors.js';
import { MessageBatch } from '../../src/socket/batch.js';
import { Socket } from '../../src/socket/socket.js';
import { encodeAddress } from '../../src/socket/sockaddr.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { bound, type InternetSocket } from '../support/sockets.js';

expectNoLeakedSockets();

type Resizable = ArrayBuffer & { resize(length: number): void };
const Buffers = ArrayBuffer as unknown as new (length: number, options: { maxByteLength: number }) => Resizable;
const most = 4096;

/** Payload memory, and how it may be changed while a call reads its arguments. */
interface Memory {
  readonly bytes: Uint8Array;
  change(): void;
}

const kinds = ['plain', 'transferred', 'resizable', 'fixed in resizable', 'shared', 'lying'] as const;

function make(kind: (typeof kinds)[number], length: number, other: number): Memory {
  switch (kind) {
    case 'plain':
      return { bytes: new Uint8Array(length), change() {} };
    case 'shared':
      return { bytes: new Uint8Array(new SharedArrayBuffer(length)), change() {} };
    case 'transferred': {
      const buffer = new ArrayBuffer(length);
      return {
        bytes: new Uint8Array(buffer),
        change: () => void (buffer.byteLength > 0 && structuredClone(buffer, { transfer: [buffer] })),
      };
    }
    case 'resizable':
    case 'fixed in resizable': {
      const buffer = new Buffers(length, { maxByteLength: most });
      const bytes = kind === 'resizable' ? new Uint8Array(buffer) : new Uint8Array(buffer, 0, length);
      return { bytes, change: () => buffer.resize(other) };
    }
    case 'lying': {
      const bytes = new Uint8Array(length);
      for (const name of ['length', 'byteLength', 'byteOffset'])
        Object.defineProperty(bytes, name, { get: () => other * 1000 });
      Object.defineProperty(bytes, 'buffer', { get: () => new ArrayBuffer(other) });
      return { bytes, change() {} };
    }
  }
}

const memories = fc
  .tuple(fc.constantFrom(...kinds), fc.nat(most), fc.nat(most))
  .map(([kind, length, other]) => make(kind, length, other));

/** Numbers as they come from a calculation that went wrong. */
const numbers = fc.oneof(
  fc.integer({ min: -2, max: 20 }),
  fc.integer(),
  fc.constantFrom(Number.NaN, 0.5, -0, 2 ** 31, 2 ** 32 + 1, Number.POSITIVE_INFINITY),
);

type Call = (socket: InternetSocket, memory: Memory[], numbers: number[]) => unknown;

/** An address whose port, when it is read, changes the memory of the payloads. */
function addressThat(socket: InternetSocket, memory: readonly Memory[]) {
  const { address, port } = socket.getsockname();
  return {
    address,
    get port() {
      for (const one of memory) one.change();
      return port;
    },
  };
}

const calls: Readonly<Record<string, Call>> = {
  send: (s, [m]) => s.trySend(m?.bytes as Uint8Array, { address: addressThat(s, m ? [m] : []) }),
  sendmsg: (s, m) => s.trySendmsg({ data: m.map(({ bytes }) => bytes), address: addressThat(s, m) }),
  'sendmsg with getters among the parts': (s, m) => {
    const data = m.map(({ bytes }) => bytes);
    Object.defineProperty(data, data.length - 1, {
      get: () => {
        for (const one of m) one.change();
        return m.at(-1)?.bytes;
      },
    });
    return s.trySendmsg({ data, address: s.getsockname() });
  },
  sendmmsg: (s, m) => s.trySendmmsg(m.map(({ bytes }) => ({ data: bytes, address: addressThat(s, m) }))),
  recv: (s, [m]) => {
    s.trySend('text', { address: s.getsockname() });
    return s.tryRecv({
      get flags(): [] {
        m?.change();
        return [];
      },
      buffer: m?.bytes as Uint8Array,
    });
  },
  recvmsg: (s, [m], [size = 0]) => s.tryRecvmsg({ buffer: m?.bytes as Uint8Array, controlSize: size }),
  recvmmsg: (s, _, [count = 0, size = 0, controlSize = 0]) => s.tryRecvmmsg({ count, size, controlSize }),
  'a batch': (s, [m], n) => {
    const [count = 1, size = 1, first = 0, ...columns] = n;
    const batch = new MessageBatch({ count, size, buffer: m?.bytes, controlSize: 24 });
    batch.set(0, 0, 0, encodeAddress(s.getsockname()));
    for (const [index, value] of columns.entries()) batch.table[index % batch.table.length] = value;
    m?.change();
    s.trySendmmsg(batch, { first });
    s.tryRecvmmsg(batch);
    return [batch.data(0), batch.address(0), batch.control(0), batch.flags(0)];
  },
  'a raw address': (s, [m]) => s.trySend('x', { address: { bytes: m?.bytes as Uint8Array } }),
  'a control message': (s, [m], [level = 0, cmsgType = 0]) =>
    s.trySendmsg({
      data: 'x',
      control: [{ type: 'raw', level, cmsgType, bytes: m?.bytes as Uint8Array }],
      address: addressThat(s, m ? [m] : []),
    }),
  'an option': (s, [m], [level = 0, optname = 0]) =>
    s.setOption({ level: 200 + (level % 7), optname, bytes: m?.bytes as Uint8Array }),
};

test.each(Object.entries(calls))('%s, whatever it is given, does it or says what is wrong', (_, call) => {
  fc.assert(
    fc.property(
      fc.array(memories, { minLength: 1, maxLength: 4 }),
      fc.array(numbers, { minLength: 3, maxLength: 11 }),
      (memory, given) => {
        using socket = bound();
        try {
          call(socket, memory, given);
        } catch (error) {
          if (!(error instanceof SystemCallError) && !(error instanceof UsageError)) throw error;
        }
        // It is as good as before.
        while (socket.tryRecv() !== undefined);
        expect(socket.trySend('x', { address: socket.getsockname() })).toBe(1);
        expect(socket.tryRecv()?.toString()).toBe('x');
      },
    ),
    { numRuns: 150 },
  );
});

test('bytes that are no address, on every kind of socket', () => {
  const families = ['IPv4', 'IPv6', 'unix', 'netlink'] as const;
  fc.assert(
    fc.property(fc.constantFrom(...families), fc.uint8Array({ maxLength: 140 }), (family, bytes) => {
      // A netlink socket of a protocol that nobody answers on.
      using socket = Socket.open(
        family === 'netlink' ? { family, type: 'raw', protocol: 2 } : { family, type: 'dgram' },
      );
      // Names in the file system are left alone.
      if (family === 'unix' && bytes[2] !== 0) bytes[0] = 0xff;
      for (const use of [
        () => void socket.bind({ bytes }),
        () => void socket.trySend('x', { address: { bytes } }),
        () => void encodeAddress({ bytes }),
      ]) {
        try {
          use();
        } catch (error) {
          if (!(error instanceof SystemCallError) && !(error instanceof UsageError)) throw error;
        }
      }
      expect(socket.closed).toBe(false);
    }),
    { numRuns: 200 },
  );
});
