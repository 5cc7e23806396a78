import { spawnSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { decodeIp } from '../../../src/lab/network/peer/ip.js';
import { packetIn } from '../../../src/lab/wire/packets.js';
import { pcapng } from '../../../src/lab/wire/pcapng.js';
import { describeNeeding } from '../../support/needs.js';
import { framed, icmpPacket, tcpPacket, udpPacket } from '../../support/packets.js';
import { hasTshark, noTshark, withPath } from '../../support/tshark.js';

// A start of tshark takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const word = (number: number): readonly number[] => [24, 16, 8, 0].map((bits) => (number >>> bits) & 255);
const echo = [0x12, 0x34, 0, 7] as const;

const packets: readonly Uint8Array[] = [
  udpPacket(false, new Uint8Array(12)),
  udpPacket(true, new Uint8Array(1)),
  icmpPacket(false, [3, 3], udpPacket(false, new Uint8Array(5))),
  icmpPacket(false, [3, 4, ...word(1200)], tcpPacket(false, 1460).subarray(0, 548)),
  icmpPacket(false, [11, 0], tcpPacket(false, 100).subarray(0, 28)),
  icmpPacket(false, [12, 0, 20], tcpPacket(false, 0)),
  icmpPacket(false, [5, 1, 10, 0, 0, 9], tcpPacket(false, 0)),
  icmpPacket(false, [8, 0, ...echo], new Uint8Array(56)),
  icmpPacket(false, [0, 0, ...echo], new Uint8Array(56)),
  icmpPacket(true, [1, 4], udpPacket(true, new Uint8Array(5))),
  icmpPacket(true, [2, 0, ...word(1280)], tcpPacket(true, 1400)),
  icmpPacket(true, [3, 0], tcpPacket(true, 100)),
  icmpPacket(true, [4, 1, ...word(40)], tcpPacket(true, 0)),
  icmpPacket(true, [128, 0, ...echo], new Uint8Array(56)),
];

const fields = [
  ...['udp.srcport', 'udp.dstport', 'udp.length', 'tcp.srcport', 'tcp.dstport'],
  ...['icmp.type', 'icmp.code', 'icmp.mtu', 'icmp.pointer', 'icmp.redir_gw', 'icmp.ident', 'icmp.seq'],
  ...[
    'icmpv6.type',
    'icmpv6.code',
    'icmpv6.mtu',
    'icmpv6.pointer',
    'icmpv6.echo.identifier',
    'icmpv6.echo.sequence_number',
  ],
] as const;

/** The fields of each packet that tshark has, the first of several of a name. */
function read(path: string): ReadonlyMap<string, string>[] {
  const wanted = fields.flatMap((field) => ['-e', field]);
  const { stdout } = spawnSync('tshark', ['-n', '-r', path, '-T', 'fields', '-E', 'occurrence=f', ...wanted], {
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map(
    (line) => new Map(line.split('\t').flatMap((value, index) => (value === '' ? [] : [[fields[index] ?? '', value]]))),
  );
}

/** What is read here, by the names of tshark. */
function expected(packet: Uint8Array): Readonly<Record<string, string>> {
  const ip = decodeIp(packet);
  const said = ip && packetIn(ip);
  if (said === undefined) throw new Error('it is no packet');
  const { protocol, type, code, mtu, pointer, gateway, echo: numbers, about, source, destination, length } = said;
  const ends = protocol === 'UDP' ? { protocol, source, destination, length } : about;
  const ports = ends?.source.port !== undefined && { srcport: ends.source.port, dstport: ends.destination.port };
  const named = (prefix: string, all: object): [string, string][] =>
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[`${prefix}.${name}`, String(value)]]));
  const isV6 = protocol === 'ICMPv6';
  const ids = isV6
    ? { 'echo.identifier': numbers?.id, 'echo.sequence_number': numbers?.seq }
    : { ident: numbers?.id, seq: numbers?.seq, redir_gw: gateway };
  return Object.fromEntries([
    ...named(ends?.protocol.toLowerCase() ?? '', ports || {}),
    ...(ends?.protocol === 'UDP' ? [['udp.length', String(8 + (ends.length ?? 0))]] : []),
    ...named(isV6 ? 'icmpv6' : 'icmp', { type, code, mtu, pointer, ...ids }),
  ]);
}

describeNeeding(hasTshark, noTshark)('UDP and ICMP', () => {
  test('are what tshark reads', () => {
    const captured = packets.map((packet, index) => {
      const bytes = framed(packet);
      return { interface: 0, atNs: BigInt(index), bytes, originalLength: bytes.length, outgoing: true, comments: [] };
    });
    const facts = { application: 'test', kernel: '6.1.0' };
    const file = Buffer.concat([...pcapng(facts, [{ name: 'host', description: 'eth0' }], captured)]);
    const found = withPath(file, read);
    expect(found).toHaveLength(packets.length);
    const numbers = (value: string): string => (value.startsWith('0x') ? String(Number(value)) : value);
    for (const [index, packet] of packets.entries()) {
      const all = Object.fromEntries([...(found[index] ?? [])].map(([name, value]) => [name, numbers(value)]));
      expect.soft(all).toEqual(expected(packet));
    }
  });
});
