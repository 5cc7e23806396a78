import { afterEach, expect, test } from 'vitest';
import { SystemCallError, UsageError } from '../../src/errors.js';
import { Frame } from '../../src/native/binding.js';
import { frame, native } from '../../src/native/load.js';
import { answer, readOption, writeOption } from '../../src/options/access.js';
import { catalog } from '../../src/options/catalog.js';
import { resolve } from '../../src/options/resolve.js';
import type { SocketKind } from '../../src/options/socket-kinds.js';
import { type Need, type OptionSpec, socketOfLevel } from '../../src/options/spec.js';
import { openSocket, readLater, supports } from '../../src/options/supports.js';
import type { OptionName, ReadableOption, SettableOption } from '../../src/options/types.js';
import { writeAddress } from '../../src/socket/sockaddr.js';
import { Socket } from '../../src/socket/socket.js';
import { connection } from '../support/sockets.js';
import { needs } from '../support/needs.js';

const rows = Object.entries(catalog) as [OptionName, OptionSpec][];

const opened: number[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const fd of opened.splice(0)) native.close(fd);
  for (const socket of sockets.splice(0)) socket.close();
});

async function connected(socketKind: SocketKind, name: OptionName): Promise<number> {
  if (socketKind === 'tcp4') sockets.push(...(await connection()));
  else {
    const family = socketKind === 'udp6' ? 'IPv6' : 'IPv4';
    const loopback = family === 'IPv4' ? '127.0.0.1' : '::1';
    const socket = Socket.open({ family, type: 'dgram' });
    sockets.push(socket);
    await socket.connect({ address: name === 'IPV6_ADDRFORM' ? '::ffff:127.0.0.1' : loopback, port: 9 });
  }
  return sockets[0]?.fd ?? -1;
}

function bindPacket(fd: number): void {
  expect(native.bind(fd, writeAddress('packet', { protocol: 3, interfaceIndex: 1 }))).toBe(0);
}

/** A socket in the state that the row says the option needs; `-errno` if there can be none. */
async function open(spec: OptionSpec, name: OptionName): Promise<number> {
  const socketKind = spec.on ?? socketOfLevel[spec.level];
  const fd = openSocket(socketKind);
  if (fd < 0) return fd;
  opened.push(fd);
  if (spec.needs?.includes('a connection') && ['tcp4', 'udp4', 'udp6'].includes(socketKind))
    return connected(socketKind, name);
  // ETH_P_ALL of the loopback interface.
  if (spec.needs?.includes('a bound socket')) bindPacket(fd);
  if (spec.needs?.includes('TCP_REPAIR')) {
    // Without CAP_NET_ADMIN both fail, and so will the option.
    attempt(() => writeOption(fd, 'TCP_REPAIR', 1));
    if (name === 'TCP_QUEUE_SEQ') attempt(() => writeOption(fd, 'TCP_REPAIR_QUEUE', 2));
  }
  return fd;
}

/** The errno of a call that failed, or what it returned. */
function attempt<T>(call: () => T): { value: T } | { code: string } {
  try {
    return { value: call() };
  } catch (error) {
    if (error instanceof SystemCallError) return { code: error.code };
    throw error;
  }
}

/** What setting may fail with because of what the row says it needs. */
const whenNeeding: Readonly<Record<Need, readonly string[]>> = {
  CAP_NET_ADMIN: ['EPERM', 'EACCES'],
  CAP_NET_RAW: ['EPERM'],
  TCP_REPAIR: ['EPERM', 'EINVAL'],
  CAP_NET_BROADCAST: ['EPERM'],
  'a bound socket': ['EINVAL'],
  'a connection': ['ENOENT'],
  'a memory cgroup': ['EOPNOTSUPP'],
  'a build option of the kernel': ['EINVAL', 'ENOENT'],
};

/** On a kernel before the one that could read it. */
const isOnlySet = (name: string, read: object): boolean =>
  readLater.has(name) && 'code' in read && read.code === 'ENOPROTOOPT';

const same = (spec: OptionSpec): boolean => spec.readBack === undefined;

for (const [name, spec] of rows) {
  const { example } = spec;
  if (example === undefined || spec.access === 'get') continue;
  test(`${name} takes its example${spec.access === 'both' ? ' and gives it back' : ''}`, async (context) => {
    const fd = await open(spec, name);
    if (fd < 0)
      context.skip(`a socket that has ${name} cannot be opened here: ${new SystemCallError(fd, 'socket').code}`);
    if (!supports(name)) context.skip(`this kernel does not know ${name}`);
    const expected = example instanceof Uint8Array ? Buffer.from(example) : example;
    const before = spec.access === 'both' ? attempt(() => readOption(fd, name as ReadableOption)) : undefined;
    const written = attempt(() => writeOption(fd, name as SettableOption, example as never));
    if ('code' in written) {
      const expectedCodes = (spec.needs ?? []).flatMap((need) => whenNeeding[need]);
      expect(expectedCodes, `${name} failed with ${written.code}`).toContain(written.code);
      context.skip(`${name} needs ${spec.needs?.join(' or ')}: ${written.code}`);
    }
    if (before === undefined) return;
    // A test that sets what was set already proves nothing.
    expect(before).not.toEqual({ value: expected });
    const after = attempt(() => readOption(fd, name as ReadableOption));
    needs(context, !isOnlySet(name, after), `this kernel only sets ${name}`, 'kernel');
    if (same(spec)) expect(after).toEqual({ value: expected });
    else if (spec.readBack === 'at least')
      expect(after).toSatisfy((read) => 'value' in read && Number(read.value) >= Number(example));
  });
}

for (const [name, spec] of rows) {
  if (spec.access === 'set') continue;
  test(`${name} can be read, or the kernel says why not`, async (context) => {
    const fd = await open(spec, name);
    if (fd < 0)
      context.skip(`a socket that has ${name} cannot be opened here: ${new SystemCallError(fd, 'socket').code}`);
    if (!supports(name)) context.skip(`this kernel does not know ${name}`);
    const read = attempt(() => readOption(fd, name as ReadableOption));
    needs(context, !isOnlySet(name, read), `this kernel only sets ${name}`, 'kernel');
    if ('code' in read) {
      expect(
        ['ENOTCONN', 'EINVAL', 'EPERM', 'ENODATA', 'ENOENT', 'EADDRNOTAVAIL', 'EOPNOTSUPP', 'EFAULT'],
        `${name}: ${read.code}`,
      ).toContain(read.code);
    } else {
      expect(read.value).toBeDefined();
    }
  });
}

test('an option of another family is refused by the kernel, under its name', () => {
  const fd = openSocket('tcp4');
  opened.push(fd);
  expect(() => writeOption(fd, 'IPV6_V6ONLY', true)).toThrow(
    expect.objectContaining({ code: 'ENOPROTOOPT', option: 'IPV6_V6ONLY' }),
  );
});

test('a set-only option cannot be read, and a read-only one cannot be set', () => {
  const fd = openSocket('tcp4');
  opened.push(fd);
  expect(() => readOption(fd, 'SO_ATTACH_FILTER' as ReadableOption)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_ACCESS' }),
  );
  expect(() => writeOption(fd, 'SO_TYPE' as SettableOption, 1 as never)).toThrow(
    expect.objectContaining({ code: 'ERR_OPTION_ACCESS' }),
  );
});

test('an unknown name is told the near one', () => {
  expect(() => readOption(0, 'SO_REUSADDR' as ReadableOption)).toThrow(UsageError);
  expect(() => readOption(0, 'SO_REUSADDR' as ReadableOption)).toThrow(/SO_REUSEADDR/);
  for (const odd of ['toString', '__proto__', '', 'constructor']) {
    expect(() => readOption(0, odd as ReadableOption)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_UNKNOWN' }));
  }
});

test('an answer too short for the structure is an error, not a value made of leftovers', () => {
  const fd = openSocket('tcp4');
  opened.push(fd);
  expect(readOption(fd, 'SO_LINGER')).toEqual({ on: false, seconds: 0 });
  frame[Frame.length] = 4;
  expect(() => answer(resolve('SO_LINGER'))).toThrow(expect.objectContaining({ code: 'ERR_NOT_SUPPORTED' }));
});
