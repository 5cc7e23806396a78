import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { native } from '../../src/native/load.js';
import { readOption, writeOption, writeOptions } from '../../src/options/access.js';
import { diffSnapshots, snapshot, type SnapshotOptions } from '../../src/options/snapshot.js';
import { levels } from '../../src/options/resolve.js';
import { openSocket } from '../../src/options/supports.js';
import { Socket } from '../../src/socket/socket.js';
import { openDescriptors } from '../support/namespaces.js';
import { bound, codeOf, nobody } from '../support/sockets.js';

let fd = -1;
beforeEach(() => {
  fd = openSocket('tcp4');
});
afterEach(() => {
  native.close(fd);
});

describe('several options in one call', () => {
  test('are set in order', () => {
    expect(readOption(fd, 'TCP_NODELAY')).toBe(false);
    writeOptions(fd, {
      TCP_NODELAY: true,
      SO_LINGER: { on: true, seconds: 7 },
      TCP_CONGESTION: 'reno',
      TCP_KEEPIDLE: 33,
    });
    expect(readOption(fd, 'TCP_NODELAY')).toBe(true);
    expect(readOption(fd, 'SO_LINGER')).toEqual({ on: true, seconds: 7 });
    expect(readOption(fd, 'TCP_CONGESTION')).toBe('reno');
    expect(readOption(fd, 'TCP_KEEPIDLE')).toBe(33);
  });

  test('end at the first the kernel refuses, and the error names it', () => {
    const values = { TCP_NODELAY: true, TCP_KEEPCNT: 1000, TCP_KEEPIDLE: 44 };
    expect(() => writeOptions(fd, values)).toThrow(
      expect.objectContaining({ code: 'EINVAL', option: 'TCP_KEEPCNT', syscall: 'setsockopt', applied: 1 }),
    );
    expect(readOption(fd, 'TCP_NODELAY')).toBe(true);
    expect(readOption(fd, 'TCP_KEEPIDLE')).not.toBe(44);
  });

  test('are not set at all if one of the values does not fit', () => {
    expect(() => writeOptions(fd, { TCP_NODELAY: true, TCP_KEEPIDLE: 1.5 })).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
    expect(readOption(fd, 'TCP_NODELAY')).toBe(false);
  });

  test('of no name are no call', () => {
    expect(() => writeOptions(-1, {})).not.toThrow();
    expect(() => writeOptions(fd, null as never)).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }));
  });
});

describe('a getter that calls the library itself', () => {
  const { SO_KEEPALIVE, SO_LINGER, TCP_KEEPIDLE } = {
    SO_KEEPALIVE: true,
    SO_LINGER: { on: true, seconds: 7 },
    TCP_KEEPIDLE: 77,
  };
  const another = (): void => {
    using other = Socket.open({ type: 'dgram', options: { SO_REUSEADDR: true, SO_PRIORITY: 3, SO_RCVBUF: 4096 } });
    other.bind({ address: '127.0.0.1' });
    expect(other.getOption('SO_PROTOCOL')).toBe(17);
    other.setOptions({
      SO_PRIORITY: 5,
      get SO_BROADCAST() {
        expect(other.getOption('SO_PRIORITY')).toBe(3);
        return true;
      },
    });
    expect(other.getOption('SO_PRIORITY')).toBe(5);
    expect(other.getOption('SO_BROADCAST')).toBe(true);
  };
  const through = <T>(value: T): T => {
    another();
    return value;
  };

  test('changes nothing of the options set with it', () => {
    writeOptions(fd, {
      SO_KEEPALIVE,
      get TCP_KEEPIDLE() {
        return through(TCP_KEEPIDLE);
      },
      SO_LINGER: {
        get on() {
          return through(SO_LINGER.on);
        },
        get seconds() {
          return through(SO_LINGER.seconds);
        },
      },
    });
    expect(snapshot(fd)).toMatchObject({ SO_KEEPALIVE, SO_LINGER, TCP_KEEPIDLE });
  });

  test('changes nothing of what is set alone', () => {
    const optname = native.constants['TCP_KEEPIDLE'] ?? 0;
    writeOption(fd, 'SO_LINGER', {
      on: true,
      get seconds() {
        return through(SO_LINGER.seconds);
      },
    });
    writeOption(fd, {
      level: 6,
      get optname() {
        return through(optname);
      },
      get bytes() {
        return through(Uint8Array.of(TCP_KEEPIDLE, 0, 0, 0));
      },
    });
    expect(snapshot(fd)).toMatchObject({ SO_LINGER, TCP_KEEPIDLE });
    const read = readOption(fd, {
      level: 6,
      optname,
      get length() {
        return through(4);
      },
    });
    expect([...read]).toEqual([TCP_KEEPIDLE, 0, 0, 0]);
  });

  test('that throws leaves room for the next', () => {
    const program = Array.from({ length: 4000 }, () => ({ code: 6, jt: 0, jf: 0, k: 1 }));
    const throws = {
      TCP_NODELAY: true,
      SO_ATTACH_FILTER: program,
      get TCP_KEEPIDLE(): number {
        throw new Error('thrown on purpose');
      },
    };
    for (let i = 0; i < 3; i++) expect(() => writeOptions(fd, throws)).toThrow('on purpose');
    writeOptions(fd, { TCP_KEEPIDLE });
    expect(snapshot(fd)).toMatchObject({ TCP_KEEPIDLE, TCP_NODELAY: false });
  });
});

describe('the raw form', () => {
  test('sets and reads what the catalogue would', () => {
    const level = native.constants['IPPROTO_TCP'] ?? 0;
    const optname = native.constants['TCP_KEEPIDLE'] ?? 0;
    writeOption(fd, { level, optname, bytes: Uint8Array.of(55, 0, 0, 0) });
    expect(readOption(fd, 'TCP_KEEPIDLE')).toBe(55);
    expect([...readOption(fd, { level, optname, length: 4 })]).toEqual([55, 0, 0, 0]);
    expect(readOption(fd, { level, optname, length: 1 })).toHaveLength(1);
  });

  test('takes no more than there is room for, and integers only', () => {
    const code = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' });
    expect(() => readOption(fd, { level: 1, optname: 2, length: 65_537 })).toThrow(code);
    expect(() => readOption(fd, { level: 1, optname: 2, length: -1 })).toThrow(code);
    expect(() => readOption(fd, { level: Number.NaN, optname: 2, length: 4 })).toThrow(code);
    expect(() => writeOption(fd, { level: 2 ** 31, optname: 2, bytes: new Uint8Array(4) })).toThrow(code);
    expect(() => writeOption(fd, { level: 1, optname: 2, bytes: new Uint8Array(65_537) })).toThrow(code);
    expect(() => writeOption(fd, { level: 1, optname: 2, bytes: 'x' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }),
    );
  });

  test('takes bytes of another realm, and not those that were transferred away', () => {
    const level = native.constants['IPPROTO_TCP'] ?? 0;
    const optname = native.constants['TCP_KEEPIDLE'] ?? 0;
    const foreign = runInNewContext('Uint8Array.of(56, 0, 0, 0)') as Uint8Array;
    expect(foreign).not.toBeInstanceOf(Uint8Array);
    writeOption(fd, { level, optname, bytes: foreign });
    expect(readOption(fd, 'TCP_KEEPIDLE')).toBe(56);
    writeOption(fd, 'TCP_FASTOPEN_KEY', runInNewContext('new Uint8Array(16).fill(9)') as Uint8Array);
    expect(readOption(fd, 'TCP_FASTOPEN_KEY')).toEqual(Buffer.alloc(16, 9));

    const bytes = new Uint8Array(16);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    const code = expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' });
    expect(() => writeOption(fd, { level, optname, bytes })).toThrow(code);
    expect(() => writeOption(fd, 'TCP_FASTOPEN_KEY', bytes)).toThrow(code);
    expect(() => writeOptions(fd, { TCP_FASTOPEN_KEY: bytes })).toThrow(code);
  });

  test('a foreign descriptor is told from a closed one', () => {
    const file = openSync('/dev/null', 'r');
    expect(() => readOption(file, 'SO_TYPE')).toThrow(expect.objectContaining({ code: 'ENOTSOCK', option: 'SO_TYPE' }));
    closeSync(file);
    expect(() => readOption(99_999, 'SO_TYPE')).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });
});

describe('a snapshot', () => {
  test('has what the socket has, and not what reading would change', () => {
    const all = snapshot(fd);
    expect(Object.keys(all).length).toBeGreaterThan(60);
    expect(all.SO_TYPE).toBe(1);
    expect(all).not.toHaveProperty('SO_ERROR');
    expect(all).not.toHaveProperty('IPV6_V6ONLY');
  });

  test('differs from a later one in what was set', () => {
    const before = snapshot(fd);
    expect(diffSnapshots(before, snapshot(fd))).toEqual({});
    writeOption(fd, 'TCP_NODELAY', true);
    writeOption(fd, 'SO_LINGER', { on: true, seconds: 3 });
    expect(diffSnapshots(before, snapshot(fd))).toEqual({
      SO_LINGER: { before: { on: false, seconds: 0 }, after: { on: true, seconds: 3 } },
      TCP_NODELAY: { before: false, after: true },
    });
  });

  test('clears the pending error only if asked to', async () => {
    // Bound before, or connect(2) might choose the very port that nobody has.
    using socket = bound();
    await socket.connect(nobody('dgram'));
    socket.trySend('x');
    // Over loopback the ICMP error is there when send returns.
    expect(snapshot(socket.fd)).not.toHaveProperty('SO_ERROR');
    expect(snapshot(socket.fd, { clear: true }).SO_ERROR).toBe(constants.errno.ECONNREFUSED);
    expect(snapshot(socket.fd, { clear: true }).SO_ERROR).toBe(0);
  });

  test('opens no descriptor', () => {
    const [one, other] = Socket.pair();
    const before = openDescriptors();
    expect(snapshot(one.fd, { clear: true })).not.toHaveProperty('SO_PEERPIDFD');
    expect(openDescriptors()).toBe(before);
    one.close();
    other.close();
  });

  test('is not taken, nor compared, with what means nothing', () => {
    const code = expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' });
    for (const odd of [{ cler: true }, { clear: 1 }, null, true])
      expect(() => snapshot(fd, odd as SnapshotOptions)).toThrow(code);
    for (const odd of [null, undefined, 5]) {
      expect(() => diffSnapshots(odd as never, {})).toThrow(code);
      expect(() => diffSnapshots({}, odd as never)).toThrow(code);
    }
  });

  test('of something that is not a socket is an error', () => {
    const file = openSync('/dev/null', 'r');
    expect(() => snapshot(file)).toThrow(expect.objectContaining({ code: 'ENOTSOCK' }));
    closeSync(file);
  });
});

test('a time of months is set to the microsecond', () => {
  for (const value of [67_563_331.395, 10_000_000_000.001]) {
    writeOption(fd, 'SO_RCVTIMEO', value);
    // The kernel rounds up to a tick, of 10 ms at most.
    expect(readOption(fd, 'SO_RCVTIMEO') - value).toSatisfy((more: number) => more >= 0 && more <= 10);
  }
});

test('a BPF program reaches the socket: one that keeps nothing lets no datagram in', () => {
  using receiver = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
  using sender = Socket.open({ type: 'dgram' });
  const address = receiver.getsockname();
  // Over loopback a datagram has arrived when send returns.
  sender.trySend('before', { address });
  expect(String(receiver.tryRecv())).toBe('before');
  receiver.setOption('SO_ATTACH_FILTER', [{ code: 6, jt: 0, jf: 0, k: 0 }]);
  sender.trySend('during', { address });
  expect(receiver.tryRecv()).toBeUndefined();
  receiver.setOption('SO_DETACH_FILTER', 0);
  sender.trySend('after', { address });
  expect(String(receiver.tryRecv())).toBe('after');
  expect(() => receiver.setOption('SO_DETACH_FILTER', 0)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

test('several programs of the greatest length are refused before the memory ends', () => {
  const program = Array.from({ length: 4096 }, () => ({ code: 6, jt: 0, jf: 0, k: 1 }));
  const values = { SO_ATTACH_FILTER: program, SO_ATTACH_REUSEPORT_CBPF: program, TCP_NODELAY: true };
  expect(() => writeOptions(fd, values)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
  expect(readOption(fd, 'TCP_NODELAY')).toBe(false);
});

describe('an option by number', () => {
  test('has its level by name or by number', async () => {
    using socket = Socket.open();
    expect(levels.IPPROTO_TCP).toBe(6);
    for (const level of ['IPPROTO_TCP', 6] as const) {
      expect(socket.getOption({ level, optname: 1, length: 4 })).toEqual(Buffer.alloc(4));
      socket.setOption({ level, optname: 1, bytes: Buffer.from(Int32Array.of(1).buffer) });
      expect(socket.getOption('TCP_NODELAY')).toBe(true);
      socket.setOption('TCP_NODELAY', false);
    }
    for (const level of ['SOL_SOCKETS', 'toString', ''] as never[])
      expect(await codeOf(() => socket.getOption({ level, optname: 1, length: 4 }))).toBe('ERR_ARGUMENT_INVALID');
  });
});
