import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type IcmpNames, icmpNames } from '../../../../src/lab/draw/icmp-names.js';
import { icmpChinese } from '../../../../src/lab/draw/icmp-names.zh.js';
import { type Label, textOf } from '../../../../src/lab/draw/ladder/label.js';
import { layoutOf } from '../../../../src/lab/draw/ladder/layout.js';
import { phone } from '../../../../src/lab/draw/ladder/room.js';
import { rowsOf } from '../../../../src/lab/draw/ladder/rows.js';
import { ladderSvg } from '../../../../src/lab/draw/ladder/svg.js';
import { ladderText } from '../../../../src/lab/draw/ladder/text.js';
import { packetText } from '../../../../src/lab/draw/ladder/words.js';
import { chinese } from '../../../../src/lab/draw/report-words.zh.js';
import { runEnglish } from '../../../../src/lab/draw/run-words.js';
import { runChinese } from '../../../../src/lab/draw/run-words.zh.js';
import type { Trace, TracePacket } from '../../../../src/lab/record/trace.js';
import { differing, foreignMark } from '../../../support/chinese.js';
import { datagram, manyDatagrams, message, pathMtu, refusedDatagram } from '../../../support/packet-traces.js';
import { plainClose } from '../../../support/traces.js';
import { segment, state } from '../../../support/trace-parts.js';

function lines(trace: Trace, width = 80): string[] {
  return stripVTControlCharacters(ladderText(trace, width))
    .split('\n')
    .map((line) => line.slice(10));
}

const labels = (trace: Trace, room?: typeof phone): Map<string, Label> =>
  new Map(
    layoutOf(trace, runEnglish, room).labels.flatMap((one) => (one.kind === 'packet' ? [[textOf(one), one]] : [])),
  );

describe('a packet that is no segment', () => {
  test('is an arrow of the terminal, from its sender to its receiver, in order with the calls', () => {
    const shown = lines(refusedDatagram).filter((line) => /--|send|closes|recv/.test(line));
    expect(shown.map((line) => line.replaceAll(/-+/g, '-').replaceAll(/ {2,}/g, ' ').trim())).toEqual([
      '| send(12 bytes) = 12 bytes |',
      '|- UDP 12 bytes ->|',
      '|<- UDP 4 bytes -|',
      expect.stringContaining('the server closes its socket'),
      '|- UDP 7 bytes -X |',
      '| send(1 byte) = 1 byte |',
      '|- UDP 1 byte ->|',
      '|<- ICMP port unreachable -|',
      '| recv() = ECONNREFUSED |',
    ]);
    // With more room it says which of the two it is about.
    expect(lines(refusedDatagram, 110).join('\n')).toMatch(/<-+ ICMP port unreachable, about UDP 40001>53 -+\|/);
  });

  test('stands among the segments by when it was sent', () => {
    const order = rowsOf(pathMtu).flatMap((row) => (row.kind === 'packet' ? [row.packet.length] : []));
    expect(order.slice(-4)).toEqual([1400, 548, 1160, 240]);
    const text = lines(pathMtu, 120).join('\n');
    expect(text).toMatch(/len=1400 -+>\|[^]*ICMP fragmentation needed, MTU 1200[^]*len=1160/);
  });

  test('is an arrow of a picture, with its label between its hosts and in a colour of its own', () => {
    const svg = ladderSvg(refusedDatagram);
    for (const text of ['UDP 12 bytes', 'UDP 4 bytes', 'UDP 7 bytes'])
      expect(svg).toContain(`<tspan class="t-data">${text}</tspan>`);
    expect(svg).toContain('<tspan class="t-icmp">ICMP port unreachable, about UDP 40001→53</tspan>');
    expect([...svg.matchAll(/<g class="(a-[^"]*)">/g)].map(([, names]) => names)).toEqual([
      'a-data',
      'a-data',
      'a-data lost',
      'a-data',
      'a-icmp',
    ]);
    const { arrows, hosts } = layoutOf(refusedDatagram);
    const [left, right] = [hosts[0]?.right, hosts[1]?.left];
    expect(arrows.map(({ from, to }) => [from.x, to.x])).toEqual([
      [left, right],
      [right, left],
      [left, expect.any(Number)],
      [left, right],
      [right, left],
    ]);
  });

  test('has a shorter label where there is little room, which keeps the MTU', () => {
    expect([...labels(pathMtu).keys()]).toContain('ICMP fragmentation needed, MTU 1200, about 40001→80');
    const onPhone = [...labels(pathMtu, phone).keys()];
    expect(onPhone).toContain('ICMP frag needed, MTU 1200');
    expect(onPhone.filter((text) => /ICMP.*…/.test(text))).toEqual([]);
    const tooBig = { protocol: 'ICMPv6', type: 2, code: 0, mtu: 1280 } as const;
    const six = pathMtu.packets?.map((packet) => ({ ...packet, ...tooBig })) ?? [];
    expect([...labels({ ...pathMtu, packets: six }, phone).keys()]).toContain('ICMPv6 too big, MTU 1280');
  });

  test('has its ports where there are several of its kind between two hosts, and an error those it is about', () => {
    const other = { source: { address: '192.168.0.1', port: 40_002 } };
    const two: Trace = { ...refusedDatagram, packets: [...(refusedDatagram.packets ?? []), datagram(9, 5, other)] };
    const text = lines(two, 90).join('\n');
    expect(text).toContain('40001>53 UDP 12 bytes');
    expect(text).toContain('40002>53 UDP 5 bytes');
    expect(text).toContain('ICMP port unreachable, about UDP 40001>53');
    expect([...labels(two).keys()]).toEqual(expect.arrayContaining(['40002→53 UDP 5 bytes', '53→40001 UDP 4 bytes']));
    // A connection beside it is told apart by its protocol.
    const mixed: Trace = { ...plainClose, packets: [datagram(2.3, 12)] };
    expect(lines(mixed).join('\n')).toMatch(/\|-+ UDP 12 bytes -+>\|/);
    expect(lines(mixed).join('\n')).toMatch(/\|-+ SYN seq=0 -+>\|/);
  });

  test('that ends a connect has the state beside it that came with it', () => {
    const ends = {
      source: { address: '192.168.0.1', port: 40_001 },
      destination: { address: '192.168.0.2', port: 8080 },
    };
    const trace: Trace = {
      ...plainClose,
      events: [],
      segments: [segment(1, 'client SYN 0')],
      packets: [message(1.1, 3, 13, { about: { protocol: 'TCP', ...ends } })],
      states: [state(1, 'client', 'SYN_SENT'), state(1.2, 'client', 'CLOSED')],
    };
    const found = stripVTControlCharacters(ladderText(trace, 100)).split('\n');
    expect(found.find((line) => line.includes('ICMP'))).toMatch(/CLOSED \|<-+ ICMP administratively prohibited/);
    // Of another connection it says nothing, nor does a datagram between the same ports.
    const { source, destination } = ends;
    const udp = {
      ...trace,
      packets: [datagram(1.1, 9, { from: 'server', to: 'client', source: destination, destination: source })],
    };
    expect(lines(udp, 100).find((line) => line.includes('UDP'))).not.toContain('CLOSED');
    const about = { protocol: 'TCP', ...ends, source: { address: '192.168.0.1', port: 40_002 } };
    const apart = stripVTControlCharacters(ladderText({ ...trace, packets: [message(1.1, 3, 13, { about })] }, 100));
    expect(apart.split('\n').find((line) => line.includes('ICMP'))).not.toContain('CLOSED');
  });

  test('in long runs is folded, with what the capture file alone has; an error is not', () => {
    const rows = rowsOf(manyDatagrams);
    expect(rows.length).toBeLessThanOrEqual(150);
    const folds = rows.flatMap((row) => (row.kind === 'fold' ? [row] : []));
    const shown = rows.filter(({ kind }) => kind === 'packet').length;
    expect(folds.reduce((sum, { packets }) => sum + packets, shown)).toBe(4001);
    expect(folds.reduce((sum, { omittedPackets }) => sum + omittedPackets, 0)).toBe(900_000);
    const text = lines(manyDatagrams).join('\n');
    expect(text).toMatch(/… 1,996 packets, 199,600 bytes, 900,000 [ |]*\n[ |]*more in the capture file only …/);
    expect(text).toMatch(/<-+ ICMP host unreachable -+/);
    expect(
      lines({ ...refusedDatagram, packets: [datagram(1, 1)], omittedPackets: { count: 1, afterIndex: 0 } }).join('\n'),
    ).toContain('… 1 packet in the capture file only …');
  });

  test('beside segments is counted apart from them, and all bytes together', () => {
    const datagrams = Array.from({ length: 300 }, (_, index) => datagram(index * 2, 10));
    const segments = Array.from({ length: 300 }, (_, index) => segment(index * 2 + 1, `client PSH+ACK ${index} 1 1`));
    const trace: Trace = { ...plainClose, events: [], states: [], segments, packets: datagrams };
    const [fold] = rowsOf(trace).flatMap((row) => (row.kind === 'fold' ? [row] : []));
    expect(fold).toMatchObject({ segments: 226, packets: 226, bytes: 226 * 11 });
    expect(lines(trace).join('\n')).toContain('226 segments, 226 packets, 2,486 bytes');
  });

  test('is in the description of a picture, also in Chinese', () => {
    expect(ladderSvg(refusedDatagram)).toContain(
      '2.60 ms: server sends ICMP port unreachable, about UDP 40001→53 to client.',
    );
    const svg = ladderSvg(pathMtu, 'x', runChinese);
    expect(svg).toContain('>ICMP 需要分片，MTU 1200，针对 40001→80<');
    expect(ladderText(refusedDatagram, 100, chinese)).toContain('UDP 12 字节');
  });
});

describe('what a message is called', () => {
  const text = (packet: Partial<TracePacket>, isBrief = false): string =>
    packetText(message(1, 0, 0, packet), runEnglish, isBrief);

  test.each<[Partial<TracePacket>, string]>([
    [{ type: 3, code: 0 }, 'ICMP net unreachable'],
    [{ type: 3, code: 3 }, 'ICMP port unreachable'],
    [{ type: 3, code: 4 }, 'ICMP fragmentation needed'],
    [{ type: 3, code: 4, mtu: 576 }, 'ICMP fragmentation needed, MTU 576'],
    [{ type: 11, code: 0 }, 'ICMP time to live exceeded'],
    [{ type: 5, code: 1, gateway: '10.0.0.9' }, 'ICMP redirect for the host, to 10.0.0.9'],
    [{ type: 8, code: 0, echo: { id: 7, seq: 2 } }, 'ICMP echo request, id=7 seq=2'],
    [{ type: 0, code: 0, echo: { id: 7, seq: 2 } }, 'ICMP echo reply, id=7 seq=2'],
    // Of a type that has a name, and of one that has none.
    [{ type: 3, code: 99 }, 'ICMP type 3 code 99'],
    [{ type: 40, code: 1 }, 'ICMP type 40 code 1'],
    [{ protocol: 'ICMPv6', type: 1, code: 0 }, 'ICMPv6 no route to destination'],
    [{ protocol: 'ICMPv6', type: 1, code: 4 }, 'ICMPv6 port unreachable'],
    [{ protocol: 'ICMPv6', type: 2, code: 0, mtu: 1280 }, 'ICMPv6 packet too big, MTU 1280'],
    [{ protocol: 'ICMPv6', type: 3, code: 0 }, 'ICMPv6 hop limit exceeded'],
    [{ protocol: 'ICMPv6', type: 128, code: 0, echo: { id: 1, seq: 1 } }, 'ICMPv6 echo request, id=1 seq=1'],
    [{ protocol: 'UDP', length: 1 }, 'UDP 1 byte'],
  ])('%j: %s', (packet, expected) => {
    expect(text(packet)).toBe(expected);
  });

  test('has a Chinese name for each English one', () => {
    for (const protocol of ['ICMP', 'ICMPv6'] as const) {
      expect(Object.keys(icmpChinese[protocol])).toEqual(Object.keys(icmpNames[protocol]));
      for (const [key, { name, whole }] of Object.entries(icmpChinese[protocol])) {
        const said: IcmpNames['ICMP'][string] | undefined = icmpNames[protocol][key];
        expect.soft({ key, differing: differing(said?.name ?? '', name) }).toEqual({ key, differing: [] });
        for (const told of [name, whole ?? name]) {
          expect(told).toMatch(/[\u4e00-\u9fff]/);
          expect(told).not.toMatch(foreignMark);
        }
      }
    }
  });

  test('is said in brief in at most 21 columns, so that a phone has room for it', () => {
    const named = Object.entries(icmpNames.ICMP).concat(Object.entries(icmpNames.ICMPv6));
    const long = named.filter(([, { name, brief = name }]) => brief.length > 21);
    expect(long.map(([key]) => key)).toEqual([]);
  });
});
