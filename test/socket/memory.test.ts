import { describe, expect, test } from 'vitest';
import { MessageBatch } from '../../src/socket/batch.js';
import { Socket } from '../../src/socket/socket.js';
import { encodeAddress } from '../../src/socket/sockaddr.js';
import type { SendMessage } from '../../src/socket/transfer.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { bound, codeOf, connection, type InternetSocket } from '../support/sockets.js';

expectNoLeakedSockets();

const invalid = 'ERR_ARGUMENT_INVALID';

function transferAway(bytes: Uint8Array): void {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
}

/** Node 20 has resizable buffers; the types of ES2022 do not. */
interface Resizable extends ArrayBuffer {
  resize(length: number): void;
}

function resizable(length: number, most: number): Resizable {
  const make = ArrayBuffer as unknown as new (length: number, options: { maxByteLength: number }) => Resizable;
  return new make(length, { maxByteLength: most });
}

/** A Uint8Array of 8 bytes whose every property of length and place lies. */
function liar(claimed: number): Uint8Array {
  const bytes = Uint8Array.from('honestly', (char) => char.charCodeAt(0));
  for (const name of ['length', 'byteLength', 'byteOffset']) {
    Object.defineProperty(bytes, name, { get: () => (name === 'byteOffset' ? 4 : claimed) });
  }
  Object.defineProperty(bytes, 'buffer', { get: () => new ArrayBuffer(claimed) });
  return bytes;
}

/** An address of `socket`, that does something when its port is read. */
function addressThat(socket: InternetSocket, act: () => void): { address: string; readonly port: number } {
  const { address, port } = socket.getsockname();
  return {
    address,
    get port() {
      act();
      return port;
    },
  };
}

describe('MSG_TRUNC on TCP, which delivers nothing, hands out no memory of this process', () => {
  /** What a receive finds where nothing was written, after much that stands in memory has been freed. */
  async function discarded(receive: (socket: Socket) => Buffer | undefined): Promise<Buffer | undefined> {
    const [client, accepted] = await connection();
    client.trySend(Buffer.alloc(20_000, 1));
    for (let i = 0; i < 200; i++) Buffer.allocUnsafe(1 + (i % 50) * 100).fill(0xee);
    await accepted.recv({ flags: ['MSG_PEEK'] });
    const got = receive(accepted);
    client.close();
    accepted.close();
    return got;
  }

  test.each<[string, (socket: Socket) => Buffer | undefined]>([
    ['recv', (s) => s.tryRecv({ size: 1500, flags: ['MSG_TRUNC'] })],
    ['recv of more than 64 KiB', (s) => s.tryRecv({ size: 70_000, flags: ['MSG_TRUNC'] })],
    ['recvmsg', (s) => s.tryRecvmsg({ size: 1500, flags: ['MSG_TRUNC'] })?.data],
    ['recvmmsg', (s) => s.tryRecvmmsg({ count: 1, size: 1500, flags: ['MSG_TRUNC'] })?.[0]?.data],
    [
      'recvmmsg into a batch',
      (s) => {
        const batch = new MessageBatch({ count: 1, size: 1500 });
        expect(s.tryRecvmmsg(batch, { flags: ['MSG_TRUNC'] })).toBe(1);
        return batch.data(0);
      },
    ],
  ])('%s', async (_, receive) => {
    for (let round = 0; round < 20; round++) {
      const got = await discarded(receive);
      expect(got?.length).toBeGreaterThan(0);
      expect(got?.every((byte) => byte === 0)).toBe(true);
    }
  });
});

describe('what a receive returns', () => {
  test('has nothing of earlier data behind it, where it is not copied', async () => {
    const [client, accepted] = await connection();
    client.trySend(Buffer.alloc(60_000, 0xee));
    for (let left = 60_000; left > 0; ) left -= (await accepted.recv({ size: 16_000 })).length;
    client.trySend(Buffer.alloc(40_000, 1));
    let queued = 0;
    while (queued < 40_000) queued = (await accepted.recv({ flags: ['MSG_PEEK'] })).length;
    const got = accepted.tryRecv();
    expect([got?.length, got?.every((byte) => byte === 1)]).toEqual([40_000, true]);
    const behind = Buffer.from(got?.buffer ?? new ArrayBuffer(1)).subarray(40_000);
    expect(behind.every((byte) => byte === 0)).toBe(true);
    client.close();
    accepted.close();
  });

  test('is not changed by the next receive', async () => {
    const [client, accepted] = await connection();
    const all: Buffer[] = [];
    for (const byte of [1, 2, 3]) {
      client.trySend(Buffer.alloc(50_000, byte));
      let queued = 0;
      while (queued < 50_000) queued = (await accepted.recv({ flags: ['MSG_PEEK'] })).length;
      all.push(accepted.tryRecv() ?? Buffer.alloc(0));
    }
    expect(all.map((data, index) => data.length === 50_000 && data.every((byte) => byte === index + 1))).toEqual([
      true,
      true,
      true,
    ]);
    client.close();
    accepted.close();
  });
});

describe('a Uint8Array that lies about its length is sent as it is', () => {
  const claims = [0, 4, 65_536, 2 ** 31, -1, Number.NaN];
  const ways: [string, (socket: InternetSocket, data: Uint8Array) => unknown][] = [
    ['send', (s, data) => s.trySend(data, { address: s.getsockname() })],
    ['sendmsg', (s, data) => s.trySendmsg({ data, address: s.getsockname() })],
    ['sendmmsg', (s, data) => s.trySendmmsg([{ data, address: s.getsockname() }])],
    [
      'sendmmsg of a batch',
      (s, buffer) => {
        const batch = new MessageBatch({ count: 1, buffer }).set(0, 0, 8, encodeAddress(s.getsockname()));
        return s.trySendmmsg(batch);
      },
    ],
  ];
  test.each(ways)('%s', (_, send) => {
    using socket = bound();
    for (const claimed of claims) {
      send(socket, liar(claimed));
      expect(socket.tryRecv()?.toString()).toBe('honestly');
    }
  });

  test('and received into as it is', () => {
    using socket = bound();
    for (const claimed of claims) {
      const buffer = liar(claimed);
      socket.trySend('four', { address: socket.getsockname() });
      expect(socket.tryRecv({ buffer })?.toString()).toBe('four');
      expect(String.fromCharCode(...Array.from({ length: 8 }, (_, i) => buffer[i] ?? 0))).toBe('fourstly');
      socket.trySend('four', { address: socket.getsockname() });
      expect(socket.tryRecvmsg({ buffer })?.data.toString()).toBe('four');
    }
  });

  test('as a control message, an option and the name of a Unix socket', async () => {
    using socket = Socket.open({ family: 'unix', type: 'dgram' });
    socket.bind({ pathBytes: Object.defineProperty(Uint8Array.of(0, 120, 121), 'length', { value: 90 }) });
    expect(socket.getsockname().path).toBe('\0xy');
    const bytes = liar(60_000);
    expect(await codeOf(() => socket.setOption({ level: 1, optname: 7, bytes }))).toBeUndefined();
    const control = [{ type: 'raw', level: 1, cmsgType: 77, bytes: liar(4096) } as const];
    expect(await codeOf(() => socket.trySendmsg({ data: 'x', address: socket.getsockname(), control }))).toBe('EINVAL');
  });
});

describe('a getter that changes the memory of a payload', () => {
  test('which it transfers away makes the call fail, and nothing is sent', async () => {
    using socket = bound();
    const data = Buffer.alloc(1000, 1);
    const address = addressThat(socket, () => transferAway(data));
    expect(await codeOf(() => socket.trySend(data, { address }))).toBe(invalid);
    expect(socket.tryRecv()).toBeUndefined();
  });

  test('in sendmsg, where a later part transfers an earlier one', async () => {
    using socket = bound();
    const earlier = new Uint8Array(1 << 20).fill(1);
    const message: SendMessage = {
      address: socket.getsockname(),
      data: Object.defineProperty([earlier, 'later'], 1, {
        get() {
          transferAway(earlier);
          return 'later';
        },
      }),
    };
    expect(await codeOf(() => socket.trySendmsg(message))).toBe(invalid);
    expect(socket.tryRecv()).toBeUndefined();
  });

  test('in sendmsg, where the array of parts makes one of another class when it is mapped', () => {
    using socket = bound();
    class Parts extends Array<string> {
      static override get [Symbol.species](): ArrayConstructor {
        return class extends Array<unknown> {
          constructor() {
            super(5);
          }
        } as unknown as ArrayConstructor;
      }
    }
    socket.trySendmsg({ data: Parts.from(['one ', 'two']), address: socket.getsockname() });
    expect(socket.tryRecv()?.toString()).toBe('one two');
  });

  test('in sendmmsg, where the address of a later message resizes an earlier payload', () => {
    using one = bound();
    using two = bound();
    using sender = bound();
    const memory = resizable(8, 16);
    const first = new Uint8Array(memory).fill(49);
    const second = new Uint8Array(4).fill(50);
    const resizing = addressThat(two, () => memory.resize(2));
    const sent = sender.trySendmmsg([
      { data: first, address: one.getsockname() },
      { data: second, address: resizing },
    ]);
    expect(sent).toBe(2);
    expect([one.tryRecv()?.toString(), two.tryRecv()?.toString()]).toEqual(['11', '2222']);
  });

  test('in sendmmsg, where it transfers it away', async () => {
    using socket = bound();
    const data = new Uint8Array(4);
    const messages = [
      { data, address: socket.getsockname() },
      { data: 'x', address: addressThat(socket, () => transferAway(data)) },
    ];
    expect(await codeOf(() => socket.trySendmmsg(messages))).toBe(invalid);
    expect(socket.tryRecv()).toBeUndefined();
  });

  test('while send waits, makes it fail, and nothing is sent', async () => {
    const [left, right] = Socket.pair({ type: 'dgram' });
    const full = Buffer.alloc(1000);
    while (left.trySend(full) !== undefined);
    const data = new Uint8Array(4).fill(7);
    const waiting = codeOf(() => left.send(data));
    transferAway(data);
    for (;;) if ((await right.recv({ timeoutMs: 5000 })).length < 1000 || right.tryRecv() === undefined) break;
    expect(await waiting).toBe(invalid);
    expect(right.tryRecv()).toBeUndefined();
    left.close();
    right.close();
  });
});

describe('resizable memory', () => {
  test('is sent at the length it has', () => {
    using socket = bound();
    const memory = resizable(4, 16);
    const tracking = new Uint8Array(memory).fill(65);
    socket.trySend(tracking, { address: socket.getsockname() });
    memory.resize(10);
    socket.trySend(tracking, { address: socket.getsockname() });
    memory.resize(0);
    socket.trySend(tracking, { address: socket.getsockname() });
    expect([0, 1, 2].map(() => socket.tryRecv()?.toString('latin1'))).toEqual(['AAAA', 'AAAA\0\0\0\0\0\0', '']);
  });

  test('is refused where the array lies outside of it', async () => {
    using socket = bound();
    const memory = resizable(8, 16);
    const fixed = new Uint8Array(memory, 4, 4);
    const batch = new MessageBatch({ count: 1, size: 4, buffer: fixed });
    memory.resize(2);
    const address = socket.getsockname();
    expect(await codeOf(() => socket.trySend(fixed, { address }))).toBe(invalid);
    expect(await codeOf(() => socket.trySendmsg({ data: ['x', fixed], address }))).toBe(invalid);
    expect(await codeOf(() => socket.trySendmmsg([{ data: fixed, address }]))).toBe(invalid);
    socket.trySend('kept', { address });
    expect(await codeOf(() => socket.tryRecv({ buffer: fixed }))).toBe(invalid);
    expect(await codeOf(() => socket.tryRecvmsg({ buffer: fixed }))).toBe(invalid);
    expect(await codeOf(() => socket.tryRecvmmsg(batch))).toBe(invalid);
    expect(await codeOf(() => socket.trySendmmsg(batch))).toBe(invalid);
    expect(socket.tryRecv()?.toString()).toBe('kept');
  });

  test('is received into', () => {
    using socket = bound();
    const memory = resizable(2, 16);
    const buffer = new Uint8Array(memory);
    memory.resize(6);
    socket.trySend('sixteen bytes', { address: socket.getsockname() });
    expect(socket.tryRecv({ buffer })?.toString()).toBe('sixtee');
  });
});

test('shared memory is refused, whatever its prototype', async () => {
  using socket = bound();
  const shared = new SharedArrayBuffer(4);
  Object.setPrototypeOf(shared, ArrayBuffer.prototype);
  const bytes = new Uint8Array(shared);
  expect(await codeOf(() => socket.trySend(bytes))).toBe(invalid);
  expect(await codeOf(() => socket.tryRecv({ buffer: bytes }))).toBe(invalid);
  expect(await codeOf(() => new MessageBatch({ count: 1, buffer: bytes }))).toBe(invalid);
});
