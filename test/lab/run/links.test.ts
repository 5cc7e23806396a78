import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Relay } from '../../../src/lab/network/relay.js';
import type { LabSocket } from '../../../src/lab/network/host.js';
import type { PassingSegment } from '../../../src/lab/network/numbering.js';
import { type ExperimentContext, experiment } from '../../../src/lab/run/experiment.js';
import { experimentsHtml } from '../../../src/lab/draw/page/experiments.js';
import { ladderText } from '../../../src/lab/draw/ladder/text.js';
import type { Trace } from '../../../src/lab/record/trace.js';
import { canMakeNamespaces } from '../../support/namespaces.js';
import { saidOf } from '../../../src/lab/draw/text/event-text.js';
import { onlyMarks } from '../../support/events.js';
import { describeNeeding } from '../../support/needs.js';

const run = (script: (context: ExperimentContext) => Promise<void>): Promise<Trace> =>
  experiment('a test', { limitMs: 10_000 }, script).run();

/** What there is in the packets of a pcapng file: the type is in bytes 12 and 13 of the frame. */
function etherTypes(file: Buffer): number[] {
  const types = new Set<number>();
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4))
    if (file.readUInt32LE(at) === 6) types.add(file.readUInt16BE(at + 28 + 12));
  return [...types];
}

describeNeeding(canMakeNamespaces, 'only root can make network namespaces in this process')('a run', () => {
  test('knows which segment a relayed link has lost, and which is sent again', async () => {
    const trace = await run(async ({ host, link }) => {
      const server = host('server');
      const client = host('client', { relayed: true });
      const listener = server.listen(8080);
      const c = await client.connect(server, 8080);
      const s = await listener.accept();
      link(server, client).lose({ from: server, where: ({ flags }) => flags.includes('FIN'), times: 1 });
      s.close();
      await c.expect('recv', 'end of stream');
    });
    // The relay is this process: where it is late the FIN is sent more than twice.
    const [fin, ...again] = trace.segments.filter(({ flags }) => flags.includes('FIN'));
    expect(fin).toMatchObject({ retransmission: false });
    expect(fin?.receivedMs).toBeUndefined();
    expect(again.map(({ retransmission }) => retransmission)).toEqual(again.map(() => true));
    expect(again.some(({ receivedMs }) => receivedMs !== undefined)).toBe(true);
    expect(trace.segments.filter(({ receivedMs }) => receivedMs === undefined)).toHaveLength(1);
  });

  /** Sends 8,000 bytes at once over a link whose sender may put several segments into one frame. */
  async function sendLong({ host, settle, signal }: ExperimentContext, relayed: boolean): Promise<void> {
    const [server, client] = [host('server'), host('client', { relayed })];
    server.namespace?.setLink('eth0', { gsoMaxSegments: 8 });
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    const s = await listener.accept();
    await s.send('x'.repeat(8000));
    if (relayed) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    while ((await c.recv()).length > 0 && server.sockets({ state: 'ESTABLISHED', info: true })[0]?.sendQueue !== 0);
    await settle();
  }

  test('shows the data where a script lets a frame hold several segments', async () => {
    const trace = await run(async (context) => await sendLong(context, false));
    const data = trace.segments.filter(({ from, retransmission }) => from === 'server' && !retransmission);
    expect(data.reduce((sum, { length }) => sum + length, 0)).toBe(8000);
    expect(Math.max(...data.map(({ length }) => length))).toBeGreaterThan(1448);
    expect(data.every(({ receivedMs }) => receivedMs !== undefined)).toBe(true);
  });

  test('says that a relay cannot carry such a frame', async () => {
    const settings = { limitMs: 30_000 };
    const { error } = await experiment('long', settings, async (context) => await sendLong(context, true)).record();
    expect(error?.message).toMatch(/leave gsoMaxSegments at 1 on a relayed link/);
  });

  test.each([{ relayed: false }, { relayed: true }])(
    'goes on where a link was down, $relayed relayed, and no host is cut off',
    async (settings) => {
      const trace = await run(async ({ host, link }) => {
        const [third, server, client] = [host('third'), host('server'), host('client', settings)];
        const listener = server.listen(8080);
        const c = await client.connect(server, 8080);
        const s = await listener.accept();
        link(server, client).down();
        await c.send('lost at first');
        // The capture has been told by then that its link is down.
        await new Promise(setImmediate);
        link(server, client).up();
        await s.expect('recv', 'lost at first');
        await third.connect({ address: third.A, port: third.listen(80).local.port });
        await server.connect(third, 80);
        await server.connect(client, client.listen(81).local.port);
      });
      const data = trace.segments.filter(({ length }) => length > 0);
      expect(data.at(-1)).toMatchObject({ from: 'client', length: 13 });
      expect(data.at(-1)?.receivedMs).toBeDefined();
    },
  );

  test('asks `where` about segments as a trace has them, and remarks on a loss that did not come about', async () => {
    const asked: PassingSegment[] = [];
    const trace = await run(async ({ host, link }) => {
      const [server, client] = [host('server'), host('client', { relayed: true })];
      const listener = server.listen(8080);
      const where = (segment: PassingSegment): boolean => {
        asked.push(segment);
        return segment.from === 'client' && segment.length > 0 && segment.seq === 1;
      };
      link(server, client).lose({ where, times: 1 });
      link(server, client).lose({ from: server, where: () => false });
      link(server, client).lose({ from: client, where: () => false, times: 2 });
      const c = await client.connect(server, 8080);
      const s = await listener.accept();
      await c.send('lost at first');
      await s.expect('recv', 'lost at first');
    });
    const lost = trace.segments.filter(({ receivedMs }) => receivedMs === undefined);
    expect(lost).toEqual([expect.objectContaining({ from: 'client', seq: 1, length: 13 })]);
    const [syn] = trace.segments;
    expect(asked[0]).toEqual({ ...syn, sentMs: undefined, receivedMs: undefined });
    for (const segment of asked) expect(trace.segments).toContainEqual(expect.objectContaining(segment));
    expect(onlyMarks(trace.events).map(({ text }) => text)).toEqual([
      'the link of server and client was to lose 2 segments of client more',
    ]);
  });

  test('has UDP in its capture, and draws it and TCP over IPv6, also over a relay; counts what is not drawn', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'capture-'));
    const pcap = join(folder, 'run.pcapng');
    try {
      const trace = await experiment('others', { limitMs: 10_000 }, async ({ host }) => {
        const [server, client] = [host('server'), host('client', { relayed: true })];
        const sink = server.open({ type: 'dgram', name: 'sink' }).bind({ address: server.address, port: 53 });
        const source = await client.open({ type: 'dgram' }).connect({ address: server.address, port: 53 });
        await source.send('é');
        await sink.expect('recv', '\xc3\xa9');
        // In two fragments.
        await source.send('x'.repeat(2000));
        await sink.expect('recv', 'x'.repeat(2000));
        server.namespace?.addAddress('eth0', 'fd00::1/64');
        client.namespace?.addAddress('eth0', 'fd00::2/64');
        const listener = server.open({ family: 'IPv6' }).bind({ address: '::', port: 80 }).listen();
        const c = await client.open({ family: 'IPv6' }).connect({ address: 'fd00::1', port: 80 });
        await listener.accept();
        c.close();
      }).run(undefined, { pcap });
      const [syn, synAck] = trace.segments;
      expect([syn?.source.address, syn?.flags, synAck?.source]).toEqual([
        'fd00::2',
        ['SYN'],
        { address: 'fd00::1', port: 80 },
      ]);
      expect(trace.packets).toMatchObject([{ protocol: 'UDP', from: 'client', to: 'server', length: 2 }]);
      expect(trace.packets?.[0]?.receivedMs).toBeGreaterThan(trace.packets?.[0]?.sentMs ?? Infinity);
      expect(trace.notDrawn).toEqual({ fragments: 2 });
      expect(ladderText(trace)).toMatch(/^2 packets not drawn: fragments$/m);
      expect(experimentsHtml([trace])).toMatch(/2 packets not drawn: fragments/);
      expect(etherTypes(readFileSync(pcap)).toSorted()).toEqual([0x0800, 0x86dd].toSorted());
      const calls = trace.events.map((event) => saidOf(event).text);
      expect(calls).toEqual(expect.arrayContaining(['send(2 bytes)', 'bind([::]:80)', 'connect([fd00::1]:80)']));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('needs no ARP between its hosts, also where one was away', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'capture-'));
    const pcap = join(folder, 'run.pcapng');
    try {
      await experiment('no ARP', { limitMs: 10_000 }, async ({ host, link }) => {
        const [server, client, third] = [host('server'), host('client', { delayMs: 5 }), host('third')];
        server.listen(8080);
        await client.connect(server, 8080);
        link(server, client).down();
        link(server, client).up();
        client.mute(server);
        client.vanish();
        client.reappear();
        client.unmute(server);
        await client.connect(server, 8080);
        await third.connect(server, 8080);
        await third.connect(client, client.listen(80).local.port);
      }).run(undefined, { pcap });
      expect(etherTypes(readFileSync(pcap))).toEqual([0x0800]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  /** Two hosts with a connection over a link that delays, and what one does with it. */
  async function runDelayed(then: (client: LabSocket) => void): Promise<Trace> {
    return await run(async ({ host }) => {
      const server = host('server');
      const client = host('client', { delayMs: 30 });
      const listener = server.listen(8080);
      const c = await client.connect(server, 8080);
      await listener.accept();
      then(c);
    });
  }

  test('delays every packet of a link, and keeps their order', async () => {
    const trace = await runDelayed((client) => client.close());
    expect(trace.segments.length).toBeGreaterThan(3);
    for (const { sentMs, receivedMs = 0 } of trace.segments) expect(receivedMs - sentMs).toBeGreaterThan(29.9);
  });

  test('waits for what is sent once all seems quiet, as an ACK that was delayed', async () => {
    let late: (() => void) | undefined;
    const { isIdle } = Relay.prototype;
    const watched = vi.spyOn(Relay.prototype, 'isIdle').mockImplementation(function (this: Relay) {
      const answer = isIdle.call(this);
      if (answer) {
        late?.();
        late = undefined;
      }
      return answer;
    });
    const trace = await runDelayed((client) => {
      late = () => void client.socket.trySend('late');
    });
    watched.mockRestore();
    const data = trace.segments.filter(({ length }) => length > 0);
    expect(data).toMatchObject([{ from: 'client', length: 4 }]);
    expect(data[0]?.receivedMs).toBeGreaterThan(data[0]?.sentMs ?? 0);
  });

  test.each<[string, (context: ExperimentContext) => Promise<void>]>([
    [
      'a host that cannot be heard',
      async ({ host }) => {
        const [server, client] = [host('server'), host('client')];
        const listener = server.listen(8080);
        const c = await client.connect(server, 8080);
        await listener.accept();
        client.mute(server);
        await c.send('lost');
      },
    ],
    [
      'a host that has vanished',
      async ({ host }) => {
        const [server, client] = [host('server'), host('client')];
        const listener = server.listen(8080);
        const c = await client.connect(server, 8080);
        await listener.accept();
        server.vanish();
        await c.send('lost');
      },
    ],
  ])('calls lost what is sent to or by %s', async (_, script) => {
    const { segments } = await run(script);
    expect(segments.slice(0, 3).every(({ receivedMs }) => receivedMs !== undefined)).toBe(true);
    expect(segments[3]).toMatchObject({ from: 'client', length: 4 });
    expect(segments[3]?.receivedMs).toBeUndefined();
  });
});
