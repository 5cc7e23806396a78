import { describe, expect, onTestFinished, test } from 'vitest';
import type { Host } from '../../../src/lab/network/host.js';
import type { Link } from '../../../src/lab/network/link.js';
import { Stage } from '../../../src/lab/run/stage.js';
import { canMakeNamespaces } from '../../support/namespaces.js';

type Connected = Awaited<ReturnType<typeof connected>>;

async function connected() {
  const stage = new Stage(AbortSignal.timeout(25_000), { capture: true });
  onTestFinished(() => stage.close());
  const server: Host = stage.host('server');
  const client: Host = stage.host('client', { relayed: true });
  const link: Link = stage.link(server, client);
  const listener = server.listen(8080);
  const c = await client.connect(server, 8080);
  const s = await listener.accept();
  await stage.settle();
  return { stage, server, client, link, c, s };
}

/** Lengths of the client's data as they came to the server. */
function arrivals({ stage }: Connected): number[] {
  return stage
    .passages()
    .segments.filter(({ from, length, receivedMs }) => from === 'client' && length > 0 && receivedMs !== undefined)
    .sort((a, b) => (a.receivedMs ?? 0) - (b.receivedMs ?? 0))
    .map(({ length }) => length);
}

/** In which order data of these lengths came; what the kernel sends once more meanwhile is not asked. */
function firstOf(all: Connected, ...lengths: readonly number[]): number[] {
  return [...new Set(arrivals(all))].filter((length) => lengths.includes(length));
}

describe.skipIf(!canMakeNamespaces)('a link that interferes (needs network namespaces)', () => {
  test('a RST it injects with the next numbers resets one end, and the other knows nothing', async () => {
    const all = await connected();
    const { stage, server, link, c, s } = all;
    expect(c.state).toBe('ESTABLISHED');
    link.inject({ from: server, flags: 'RST ACK' });
    await c.expect('recv', 'ECONNRESET');
    expect(s.state).toBe('ESTABLISHED');
    const forged = stage.passages().segments.filter(({ flags }) => flags.includes('RST'));
    expect(forged).toMatchObject([{ from: 'server', to: 'client', seq: 1, ack: 1 }]);
    expect(stage.events.filter(({ kind }) => kind === 'link')).toMatchObject([
      { change: 'injects', from: 'server', flags: ['RST', 'ACK'] },
    ]);
  });

  test('one in the window with another number is answered with a challenge ACK', async () => {
    const { stage, server, link, c } = await connected();
    const before = stage.passages().segments.length;
    link.inject({ from: server, flags: 'RST', seq: 100 });
    await stage.settle();
    expect(c.state).toBe('ESTABLISHED');
    const after = stage.passages().segments.slice(before);
    expect(after).toMatchObject([
      { from: 'server', flags: ['RST'], seq: 100 },
      { from: 'client', flags: ['ACK'], seq: 1, ack: 1 },
    ]);
  });

  test('data it injects reaches the reader', async () => {
    const { server, link, c } = await connected();
    link.inject({ from: server, flags: 'PSH ACK', data: 'forged' });
    await c.expect('recv', 'forged');
  });

  test('absolute numbers are those on the wire', async () => {
    const { stage, server, link } = await connected();
    /** The number of an acknowledgement, relative to the server's initial one. */
    const seen = async (seq: number): Promise<number | undefined> => {
      const before = stage.passages().segments.length;
      link.inject({ from: server, flags: 'ACK', seq, absolute: true });
      await stage.settle();
      return stage
        .passages()
        .segments.slice(before)
        .find(({ from }) => from === 'server')?.seq;
    };
    const first = (await seen(7)) ?? Number.NaN;
    // 7 only if the initial number is 0, once in four thousand million runs.
    expect(first).not.toBe(7);
    expect(await seen((7 - first + 100) >>> 0)).toBe(100);
  });

  test('segments come twice, later, or behind the next, in the order it was asked for', async () => {
    const all = await connected();
    const { stage, client, link, c, s } = all;
    c.setOption('TCP_NODELAY', true);
    link.duplicate({ from: client, times: 1, where: ({ length }) => length === 10 });
    await c.send('x'.repeat(10));
    await s.recv();
    await stage.settle();
    expect(arrivals(all)).toEqual([10, 10]);
    link.reorder({ from: client, times: 1, where: ({ length }) => length === 20 });
    link.lose({ from: client, times: 1, where: ({ length }) => length === 20 });
    c.trySend('x'.repeat(20));
    c.trySend('x'.repeat(30));
    let got = 0;
    while (got < 50) got += (await s.recv()).length;
    expect(firstOf(all, 20, 30)).toEqual([30, 20]);
    link.loseNothing();
    link.delaySome({ from: client, times: 1, delayMs: 60, where: ({ length }) => length === 40 });
    c.trySend('x'.repeat(40));
    c.trySend('x'.repeat(50));
    got = 0;
    while (got < 90) got += (await s.recv()).length;
    expect(firstOf(all, 40, 50)).toEqual([50, 40]);
  });

  test('one that waits for the next goes on alone where there is none', async () => {
    const { client, link, c, s } = await connected();
    link.reorder({ from: client, times: 1, where: ({ length }) => length > 0 });
    await c.send('alone');
    await s.expect('recv', 'alone');
  });

  test('bad input is refused, and does nothing', async () => {
    const { stage, server, client, link, c } = await connected();
    const before = stage.passages().segments.length;
    for (const [wrong, message] of [
      [{ from: server, flags: 'WAT' }, /"WAT" are no flags/],
      [{ from: server, flags: 'RST', seq: 1.5 }, /seq: expected an integer/],
      [{ from: server, flags: 'RST', seq: Number.NaN }, /seq: expected an integer/],
      [{ from: server, flags: 'RST', wat: 1 }, /wat/],
      [{ from: server, flags: 'RST', window: 70_000 }, /window: expected 16 bits/],
      [{ from: server, flags: 'RST', ports: { from: -1, to: 1 } }, /sourcePort: expected 16 bits/],
      [{ from: {}, flags: 'RST' }, /from: expected a host of this link/],
    ] as const)
      expect(() => Reflect.apply(link.inject, link, [wrong])).toThrow(message);
    expect(() => link.delaySome({ delayMs: -1 })).toThrow(/delayMs/);
    expect(() => link.duplicate({ times: 0 })).toThrow(/times/);
    await stage.settle();
    expect(stage.passages().segments).toHaveLength(before);
    expect(c.state).toBe('ESTABLISHED');
    const third = stage.host('third');
    expect(() => stage.link(server, third).inject({ from: server, flags: 'RST' })).toThrow(/only on a relayed link/);
    const fourth = stage.host('fourth', { relayed: true });
    expect(() => stage.link(client, fourth).inject({ from: client, flags: 'RST' })).toThrow(/no segment/);
  });
});
