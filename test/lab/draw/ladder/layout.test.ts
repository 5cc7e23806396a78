import { isSegment } from '../../../../src/lab/draw/ladder/row.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cross, type Line, overlap, rectangle, type Shape } from '../../../../src/lab/draw/ladder/geometry.js';
import { boxOf, clippedWords, type Label, textOf, wrapped } from '../../../../src/lab/draw/ladder/label.js';
import { type Layout, layoutOf } from '../../../../src/lab/draw/ladder/layout.js';
import { mostWidth, mostWithTexts, phone, type Room, rooms } from '../../../../src/lab/draw/ladder/room.js';
import { runEnglish } from '../../../../src/lab/draw/run-words.js';
import {
  abortiveClose,
  halfClosed,
  longRun,
  longTexts,
  lostFin,
  manyConnections,
  manyHosts,
  noHosts,
  oneHost,
  plainClose,
  randomTrace,
  scriptError,
  simultaneousClose,
  slowBurst,
  threeHosts,
  timeWaitGap,
  traces,
} from '../../../support/traces.js';
import { laidOut } from '../../../support/drawn.js';
import { call, mark } from '../../../support/events.js';
import { lost } from '../../../support/trace-parts.js';

/** Boxes have the height of the font, which is more than that of its letters. */
const tolerance = 1;

function overlaps(labels: readonly Label[]): string[] {
  const boxes = labels.map((label) => ({ text: textOf(label), box: boxOf(label) }));
  return boxes.flatMap(({ text, box }, index) =>
    boxes
      .slice(index + 1)
      .filter((other) => overlap(box, other.box) > tolerance)
      .map((other) => `${text} | ${other.text}`),
  );
}

function outside({ width, height, labels, arrows, bands }: Layout): string[] {
  const within = ({ x, y }: { x: number; y: number }): boolean => x >= 0 && x <= width && y >= 0 && y <= height;
  return [
    ...labels.filter((label) => !boxOf(label).every(within)).map(textOf),
    ...arrows.filter(({ from, to }) => !within(from) || !within(to)).map(({ packet }) => `arrow of ${packet.sentMs}`),
    ...bands
      .filter(({ x, top, width: wide, bottom }) => !rectangle(x, top, wide, bottom - top).every(within))
      .map(({ state }) => state),
  ];
}

function stripe({ from, to }: Line): Shape {
  return [from, to, { x: to.x, y: to.y + 1 }, { x: from.x, y: from.y + 1 }];
}

function flaws(layout: Layout): Record<string, unknown> {
  return {
    overlaps: overlaps(layout.labels),
    outside: outside(layout),
    inOrder: layout.ys.every((y, index) => index === 0 || y >= (layout.ys[index - 1] ?? 0)),
    upwards: layout.arrows.filter(({ from, to }) => to.y <= from.y).length,
    backwards: layout.bands.filter(({ top, bottom }) => bottom < top).map(({ state }) => state),
  };
}

const none = { overlaps: [], outside: [], inOrder: true, upwards: 0, backwards: [] };
const texts = (layout: Layout, kind: Label['kind']): string[] =>
  layout.labels.filter((label) => label.kind === kind).map(textOf);

describe('the layout', () => {
  test.each(traces.map((trace) => [trace.name, trace] as const))(
    'of %s is in order and nothing is in the way',
    (_, trace) => {
      expect(flaws(laidOut(trace))).toEqual(none);
      expect(flaws(layoutOf(trace, undefined, phone))).toEqual(none);
    },
  );

  test('of any trace is in order and nothing is in the way', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(flaws(layoutOf(randomTrace(seed)))).toEqual(none);
      }),
      // Of the example the last segment is lost on a long way: its arrow ended below the picture.
      { numRuns: 60, examples: [[-1923208711]] },
    );
  });

  test('of any trace is so on a phone too', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(flaws(layoutOf(randomTrace(seed), undefined, phone))).toEqual(none);
      }),
      // Of the example the lines of a mark were wider than the picture of one host.
      { numRuns: 20, examples: [[1756752082]] },
    );
  });

  test('fits a page of 1280 px up to five hosts, and two beside a list of a page of 2560 px', () => {
    const widths = [2, 3, 4, 5].map((count) => layoutOf(manyHosts(count)).width);
    expect(widths.filter((width) => width > mostWithTexts)).toEqual([]);
    expect(widths[0]).toBeLessThanOrEqual(mostWidth);
    const { dots, labels } = layoutOf(manyHosts(5));
    expect(dots).toHaveLength(6);
    expect(labels.filter(({ kind }) => kind === 'call')).toEqual([]);
    expect(dots[0]).toMatchObject({ title: 'listen(128) ok', failed: false });
  });

  test('has the texts of calls as long as they have room, in shorter lines where that suffices', () => {
    for (const trace of [plainClose, threeHosts]) {
      expect(texts(layoutOf(trace), 'call').join(' ')).toContain('close()');
      expect(layoutOf(trace).dots).toEqual([]);
    }
    const [widest] = rooms;
    expect(layoutOf(longTexts, undefined, widest).width).toBeGreaterThan(mostWidth);
    expect(layoutOf(longTexts).width).toBeLessThanOrEqual(mostWidth);
  });

  test('says where each row stands', () => {
    const { rows, spans, arrows, hosts } = layoutOf(plainClose);
    const at = rows.findIndex((row) => row.kind === 'packet');
    const [arrow] = arrows;
    expect(spans[at]).toEqual({
      top: arrow?.from.y,
      bottom: arrow?.to.y,
      left: Math.min(arrow?.from.x ?? 0, arrow?.to.x ?? 0),
      right: Math.max(arrow?.from.x ?? 0, arrow?.to.x ?? 0),
    });
    const call = rows.findIndex((row) => row.kind === 'call' && row.call.host === 'server');
    expect(spans[call]).toMatchObject({ left: hosts[1]?.left, right: hosts[1]?.right });
    expect(spans).toHaveLength(rows.length);
  });

  test('is bounded however long the run', () => {
    expect(laidOut(longRun).height).toBeLessThan(1000);
  });

  test('crosses the arrows of a simultaneous close, each with its label at its sender', () => {
    const { arrows, labels } = layoutOf(simultaneousClose);
    const [one, other] = arrows.filter(({ packet }) => isSegment(packet) && packet.flags.includes('FIN'));
    expect(one !== undefined && other !== undefined && cross(one, other)).toBe(true);
    const fins = labels.filter((label) => label.kind === 'packet' && textOf(label).startsWith('FIN'));
    const middle = ((one?.from.x ?? 0) + (one?.to.x ?? 0)) / 2;
    expect(fins.map(({ x }) => x < middle)).toEqual([true, false]);
  });

  test('ends a lost segment midway', () => {
    const { arrows, hosts } = layoutOf(lostFin);
    const lost = arrows.filter(({ packet }) => packet.receivedMs === undefined);
    expect(lost).toHaveLength(2);
    const [left, right] = [hosts[0]?.right ?? 0, hosts[1]?.left ?? 0];
    for (const { from, to } of lost) {
      expect(from.x).toBe(left);
      expect((to.x - left) / (right - left)).toBeCloseTo(0.62);
    }
  });

  test('draws a lost segment beside those that were on their way with it, its label on its own arrow', () => {
    const { arrows, labels, height } = layoutOf(slowBurst);
    const lost = arrows.filter(({ packet }) => packet.receivedMs === undefined);
    expect(lost).toHaveLength(1);
    for (const one of lost) {
      expect(arrows.filter((other) => cross(one, other))).toEqual([]);
      const label = labels.find((other) =>
        textOf(other).startsWith(`ACK seq=${isSegment(one.packet) ? one.packet.seq : ''} `),
      );
      const box = label === undefined ? [] : boxOf(label);
      expect(box).toHaveLength(4);
      expect(arrows.filter((arrow) => overlap(box, stripe(arrow)) > tolerance)).toEqual([]);
    }
    expect(height).toBeLessThan(950);
  });

  test('has the labels of arrows between their hosts', () => {
    for (const trace of [slowBurst, halfClosed, simultaneousClose, plainClose]) {
      const { hosts, labels } = layoutOf(trace);
      const [left, right] = [hosts[0]?.right ?? 0, hosts[1]?.left ?? 0];
      const out = labels.filter((label) => {
        return label.kind === 'packet' && !boxOf(label).every(({ x }) => x > left && x < right);
      });
      expect(out.map(textOf)).toEqual([]);
    }
  });

  test.each(traces.map((trace) => [trace.name, trace] as const))('of %s has no arrow across a label', (_, trace) => {
    const { arrows, labels } = laidOut(trace);
    const straight = arrows.filter(({ turn }) => turn === undefined);
    const crossed = labels.filter((label) => {
      const box = boxOf(label);
      return label.kind === 'packet' && straight.some((arrow) => overlap(box, stripe(arrow)) > tolerance);
    });
    expect(crossed.map(textOf)).toEqual([]);
  });

  test('finds room for the labels of steep arrows beside one another, without stretching the picture', () => {
    const recv = plainClose.events.filter((event) => event.kind === 'call' && event.name === 'recv').slice(0, 1);
    const calls = recv.flatMap((call) =>
      Array.from({ length: 20 }, (_, index) => ({ ...call, atMs: 10 + index, endMs: 10 + index })),
    );
    const data = plainClose.segments.filter(({ length }) => length > 0);
    const flying = [1, 1.1, 1.2, 1.3].flatMap((sentMs) =>
      data.map((one) => ({ ...one, sentMs, receivedMs: sentMs + 40 })),
    );
    for (const marks of [[], [mark(12.5, 'a remark'), mark(25.5, 'another')]]) {
      const { hosts, labels, arrows, height } = layoutOf({
        ...plainClose,
        events: [...calls, ...marks],
        segments: flying,
        states: [],
      });
      const [left, right] = [hosts[0]?.right ?? 0, hosts[1]?.left ?? 0];
      const shown = labels.filter(({ kind }) => kind === 'packet');
      expect(arrows.every(({ from, to }) => to.y - from.y > to.x - from.x)).toBe(true);
      expect(shown).toHaveLength(4);
      expect(shown.filter((label) => !boxOf(label).every(({ x }) => x > left && x < right))).toEqual([]);
      expect(height).toBeLessThan(700);
    }
  });

  test('ends a waiting call where it returned, though a fold goes on then', () => {
    const { waits, labels } = layoutOf(slowBurst);
    const returns = labels.filter((label) => label.kind === 'call' && textOf(label).startsWith('→'));
    expect(returns).toHaveLength(2);
    expect(waits.map(({ bottom }) => bottom + 4)).toEqual(returns.map(({ y }) => y));
  });

  test('draws a long pause as a break with its length', () => {
    expect(texts(layoutOf(timeWaitGap), 'gap')).toEqual(['60.0 s']);
    expect(texts(layoutOf(lostFin), 'gap')).toEqual(['204 ms', '416 ms']);
    expect(texts(layoutOf(plainClose), 'gap')).toEqual([]);
  });

  test('has the length of a break beside it: between two hosts, or next to the only one', () => {
    const calls = oneHost.events.flatMap((call) => [1, 500].map((atMs) => ({ ...call, atMs, endMs: atMs })));
    for (const hosts of [oneHost.hosts, plainClose.hosts]) {
      const layout = layoutOf({ ...oneHost, hosts, events: calls });
      const [label] = layout.labels.filter(({ kind }) => kind === 'gap');
      const right = layout.hosts[0]?.right ?? 0;
      const left = Math.min(...(label === undefined ? [] : boxOf(label)).map(({ x }) => x));
      const next = layout.hosts[1]?.left;
      if (next === undefined) expect(left - right).toBeCloseTo(12);
      else expect(label?.x).toBeCloseTo((right + next) / 2);
    }
  });

  test('names each state once where it begins, in its band', () => {
    const layout = layoutOf(plainClose);
    const client = layout.labels.filter((label) => label.kind === 'state' && label.x < (layout.hosts[0]?.left ?? 0));
    expect(client.map(textOf)).toEqual(['SYN_SENT', 'ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT']);
    const established = layout.bands.filter(({ state }) => state === 'ESTABLISHED');
    expect(established.map(({ implied }) => implied)).toEqual([true, false, true, false]);
  });

  test('has texts in bands in full ink, since soft ink is hard to read on the colour of TIME_WAIT', () => {
    for (const trace of traces) {
      const { bands, labels } = laidOut(trace);
      const inBands = labels.filter(({ x, y, kind }) => {
        const isIn = bands.some(
          ({ x: left, width, top, bottom }) => x > left && x < left + width && y > top && y <= bottom,
        );
        return kind === 'state' && isIn;
      });
      const soft = inBands.filter(({ parts }) => parts.some(({ text, tone }) => tone !== 'plain' && text !== 'CLOSED'));
      expect(soft.map(textOf)).toEqual([]);
    }
  });

  test('has no label on the cross of a lost segment', () => {
    for (const trace of [lostFin, slowBurst]) {
      const { arrows, labels } = layoutOf(trace);
      const crosses = arrows.flatMap(({ packet, to }) =>
        packet.receivedMs === undefined ? [rectangle(to.x - 5, to.y - 5, 10, 10)] : [],
      );
      expect(crosses.length).toBeGreaterThan(0);
      const hit = labels.filter((label) => crosses.some((one) => overlap(boxOf(label), one) > 0));
      expect(hit.map(textOf)).toEqual([]);
    }
  });

  test('leaves no `ok` alone in a line', () => {
    const events = [call(0.1, 'server', 'socket(IPv4, stream, TCP_DEFER_ACCEPT=1)')];
    expect(texts(layoutOf({ ...plainClose, events }), 'call')).toEqual([
      'socket(IPv4, stream,',
      'TCP_DEFER_ACCEPT=1) ok',
    ]);
    const parts = [
      { text: 'listener:', tone: 'soft' },
      { text: 'bind(0.0.0.0:81)', tone: 'plain' },
      { text: 'ok', tone: 'good' },
    ] as const;
    expect(wrapped(parts, 27).map((line) => textOf({ parts: line }))).toEqual(['listener:', 'bind(0.0.0.0:81) ok']);
  });

  test.each([
    ['net.ipv4.tcp_abort_on_overflow=0', ['net.ipv4.tcp_abort_on_', 'overflow=0']],
    ['setsockopt(SO_ATTACH_REUSEPORT_CBPF)', ['setsockopt(SO_ATTACH_', 'REUSEPORT_CBPF)']],
    ['{"on":true,"seconds":30})', ['{"on":true,"seconds":', '30})']],
    ['a'.repeat(30), ['a'.repeat(24), 'a'.repeat(6)]],
  ])('breaks the long word %s where a reader would', (text, lines) => {
    expect(wrapped([{ text, tone: 'plain' }], 24).map((line) => textOf({ parts: line }))).toEqual(lines);
  });

  test('repeats a text across a picture that a screen shows a part of', () => {
    const marked = (count: number): number[] => {
      const trace = manyHosts(count);
      const events = [...trace.events, mark(2.2, 'half of them')];
      const layout = layoutOf({ ...trace, events });
      return layout.labels.flatMap((label) => (label.kind === 'mark' ? [label.x] : []));
    };
    expect(marked(5)).toHaveLength(1);
    const places = marked(20);
    expect(places.length).toBeGreaterThan(3);
    for (const [index, x] of places.slice(1).entries()) expect(x - (places[index] ?? 0)).toBeLessThan(900);
  });

  test('ends a band with CLOSED', () => {
    const layout = layoutOf(abortiveClose);
    const ends = layout.bands.filter(({ state }) => state === 'ESTABLISHED').map(({ bottom }) => bottom);
    expect(Math.max(...ends)).toBeLessThan(layout.bottom - 10);
    expect(layout.bands.map(({ state }) => state)).not.toContain('CLOSED');
    expect(texts(layout, 'state').filter((state) => state === 'CLOSED')).toHaveLength(2);
  });

  test('has a key where the bands are too narrow for names', () => {
    const layout = layoutOf(manyConnections);
    const upright = layout.labels.filter(({ kind }) => kind === 'state');
    expect(upright.map(textOf).filter((state) => state === 'ESTABLISHED')).toHaveLength(4);
    for (const label of upright) {
      const box = boxOf(label);
      const inside = layout.bands.some(({ x, width, top, bottom, state }) => {
        return (
          state === textOf(label) &&
          box.every((corner) => corner.x >= x - 1 && corner.x <= x + width + 1 && corner.y >= top && corner.y <= bottom)
        );
      });
      expect([textOf(label), inside]).toEqual([textOf(label), true]);
    }
    expect(texts(layout, 'note')).toEqual([
      'ESTABLISHED',
      'SYN_RECV',
      'LISTEN',
      'state follows from a segment, not seen',
    ]);
  });

  test('leaves out the port that all connections share where a label would be cut', () => {
    expect(texts(layoutOf(manyConnections), 'packet')).toContain('40002→8080 ACK ack=1');
    const onPhone = texts(layoutOf(manyConnections, undefined, phone), 'packet');
    expect(onPhone).toContain(':40002 SYN ACK seq=0 ack=1');
    expect(onPhone.filter((text) => text.endsWith('…'))).toEqual([]);
  });

  test('gives each connection of a host its own column', () => {
    const { hosts } = layoutOf(manyConnections);
    expect(hosts.map(({ bands }) => bands.map(({ ends }) => ends.length))).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 1, 1],
    ]);
  });

  test('places the first host left, and the texts of a middle host between its lifelines', () => {
    const { hosts, labels } = layoutOf(threeHosts);
    expect(hosts.map(({ name }) => name)).toEqual(['client', 'proxy', 'server']);
    const proxy = hosts[1];
    const inside = labels.filter((label) => /accept|onward/.test(textOf(label)) && label.kind === 'call');
    expect(inside.length).toBeGreaterThan(2);
    for (const { x } of inside) {
      expect(x).toBeGreaterThan(proxy?.left ?? Infinity);
      expect(x).toBeLessThan(proxy?.right ?? 0);
    }
  });

  test('says where the script was aborted and what the capture missed', () => {
    const layout = layoutOf(scriptError);
    expect(texts(layout, 'error').join(' ')).toContain('aborted: bind(192.168.0.1:80): EACCES <&>');
    expect(texts(layout, 'note')).toContain('3 packets are missing: the kernel had no room to show them');
  });

  test('of nothing is still a picture', () => {
    expect(layoutOf(noHosts)).toMatchObject({ arrows: [], bands: [], rows: [] });
  });
});

test('a label that is too long loses whole words, so that no number is cut', () => {
  expect([20, 19, 18, 4, 3].map((most) => clippedWords('PSH ACK seq=1 len=5', most))).toEqual([
    'PSH ACK seq=1 len=5',
    'PSH ACK seq=1 len=5',
    'PSH ACK seq=1 …',
    'PSH…',
    'PS…',
  ]);
});

test('the key says what a dot is, where calls are dots', () => {
  const notes = (room?: Room): string[] => layoutOf(plainClose, runEnglish, room).labels.map(textOf);
  expect(notes(phone)).toContain('a call: click or tap it');
  expect(notes()).not.toContain('a call: click or tap it');
});

test('the cross of a lost segment makes no room for the label of its own arrow', () => {
  const height = (segment: string): number => {
    const segments = [2, 300, 600].map((atMs) => lost(atMs, segment));
    return layoutOf({ ...plainClose, events: [], states: [], segments }, runEnglish, phone).height;
  };
  expect(Math.abs(height('client PSH+ACK 1 1 1400') - height('client ACK 1 1'))).toBeLessThan(20);
});
