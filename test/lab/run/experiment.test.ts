import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { CaptureError, type ExperimentContext, experiment, ExperimentError } from '../../../src/lab/run/experiment.js';
import type { Trace, TraceSegment } from '../../../src/lab/record/trace.js';
import { canMakeNamespaces, openDescriptors } from '../../support/namespaces.js';
import { eventText } from '../../../src/lab/draw/text/event-text.js';
import { describeNeeding } from '../../support/needs.js';

const run = (script: (context: ExperimentContext) => Promise<void>, limitMs = 10_000): Promise<Trace> =>
  experiment('a test', { limitMs }, script).run();
const flagsOf = (segments: readonly TraceSegment[]): string[] =>
  segments.map(({ from, flags }) => `${from}: ${flags.join(' ')}`);
const statesOf = ({ states }: Trace, host: string): string[] =>
  states.filter((state) => state.host === host && state.remote !== undefined).map(({ state }) => state);

describe('experiment()', () => {
  test('is named after its title unless it has a name', () => {
    expect(experiment('What close() does, twice', () => {}).name).toBe('what-close-does-twice');
    expect(experiment('x', { name: 'own' }, () => {}).name).toBe('own');
    expect(experiment('连接重置 (RST)', () => {}).name).toBe('连接重置-rst');
  });

  test.each<[string, unknown[], string]>([
    ['no script', ['title'], 'ERR_ARGUMENT_INVALID'],
    ['no title', ['', () => {}], 'ERR_ARGUMENT_INVALID'],
    ['a limit that is no number', ['title', { limitMs: Number.NaN }, () => {}], 'ERR_OUT_OF_RANGE'],
    ['a limit of a day', ['title', { limitMs: 86_400_000 }, () => {}], 'ERR_OUT_OF_RANGE'],
    ['no limit', ['title', { limitMs: 0 }, () => {}], 'ERR_OUT_OF_RANGE'],
  ])('refuses %s', (_, args, code) => {
    expect(() => Reflect.apply(experiment, undefined, args)).toThrow(expect.objectContaining({ code }));
  });
});

describeNeeding(canMakeNamespaces, 'only root can make network namespaces in this process')('a run', () => {
  test('records calls, segments and states in order of time', async () => {
    const trace = await run(async ({ host, mark }) => {
      const [server, client] = [host('server'), host('client')];
      const listener = server.listen(8080);
      const c = await client.connect(server, 8080);
      const s = await listener.accept('accepted');
      mark('the server closes');
      s.close();
      await c.expect('recv', 'end of stream');
      // The FIN may be acknowledged late, and then with the next one.
      await s.waitForState('FIN_WAIT2');
      c.close();
      await s.waitForState('TIME_WAIT');
    });
    expect(trace.hosts.map(({ name, address }) => `${name} ${address}`)).toEqual([
      'server 192.168.0.1',
      'client 192.168.0.2',
    ]);
    expect(flagsOf(trace.segments)).toEqual([
      'client: SYN',
      'server: SYN ACK',
      'client: ACK',
      'server: FIN ACK',
      'client: ACK',
      'client: FIN ACK',
      'server: ACK',
    ]);
    expect(trace.segments.every(({ receivedMs }) => receivedMs !== undefined)).toBe(true);
    expect(statesOf(trace, 'server')).toEqual(['SYN_RECV', 'ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT']);
    expect(statesOf(trace, 'client')).toEqual(['SYN_SENT', 'ESTABLISHED', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSED']);
    const calls = trace.events.filter((event) => event.kind === 'call');
    expect(calls.slice(-4).map((event) => `${event.host} ${eventText(event)}`)).toEqual([
      'server listener.accept(): ok',
      'server accepted.close(): ok',
      'client client.recv(): end of stream',
      'client client.close(): ok',
    ]);
    const times = [trace.events, trace.states].map((list) => list.map(({ atMs }) => atMs));
    for (const list of times) expect(list).toEqual(list.toSorted((a, b) => a - b));
    const [closed, fin] = [calls.at(-3), trace.segments.find(({ flags }) => flags.includes('FIN'))];
    // The kernel's clock and ours: the FIN is sent within close(2).
    expect(fin?.sentMs).toBeGreaterThan((closed?.atMs ?? 0) - 0.2);
    expect(fin?.sentMs).toBeLessThan((closed?.endMs ?? 0) + 0.2);
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
  });

  test('has what a scripted peer sends and gets', async () => {
    const trace = await run(async ({ host, peer }) => {
      const server = host('server');
      const far = await peer('far', server);
      const listener = server.listen(8080);
      const connection = far.connection({ localPort: 4000, remotePort: 8080 });
      await connection.connect();
      await listener.accept();
      connection.send('RST');
    });
    expect(flagsOf(trace.segments)).toEqual(['far: SYN', 'server: SYN ACK', 'far: ACK', 'far: RST']);
    expect(trace.hosts[1]).toEqual({ name: 'far', address: '192.168.0.2', scripted: true });
    expect(statesOf(trace, 'far')).toEqual([]);
  });

  test('runs commands on its hosts, and ends them', async () => {
    let pid = -1;
    const server = `require('net').createServer((c) => c.end('hi')).listen(8080, () => console.log('ready'))`;
    const trace = await run(async ({ host }) => {
      const [near, client] = [host('server'), host('client')];
      const program = near.spawn(process.execPath, ['-e', server], { name: 'program' });
      await program.printed('ready');
      const c = await client.connect(near, 8080);
      await c.expect('recv', 'hi');
      pid = program.pid;
      const cat = client.spawn('cat', [], { name: 'cat' });
      cat.write('meow');
      await cat.printed(/^meow$/m);
      await cat.kill('SIGTERM');
      const gone = client.spawn('sh', ['-c', 'echo no >&2; exit 3'], { name: 'gone' });
      expect(await gone.exited()).toBe('status 3');
      await expect(gone.printed('never')).rejects.toThrow(/gone ended before it printed never\. no/);
      await expect(client.spawn('/no/such/command').exited()).rejects.toThrow(/ENOENT/);
    });
    expect(trace.events.map(eventText)).toEqual(
      expect.arrayContaining(['program prints: ready', 'cat ended: SIGTERM']),
    );
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('joins more than two hosts, each with each', async () => {
    const trace = await run(async ({ host, link }) => {
      const [a, b, c] = [host('a'), host('b'), host('c', { address: '192.168.0.77' })];
      const [first, second] = [a.listen(80), b.listen(81)];
      await c.connect(a, 80);
      await c.connect(b, 81);
      await a.connect(b, 81);
      await first.accept();
      await second.accept();
      expect(link(a, c).hosts).toEqual([a, c]);
    });
    const ways = new Set(trace.segments.map(({ from, to }) => `${from} ${to}`));
    expect([...ways].sort()).toEqual(['a b', 'a c', 'b a', 'b c', 'c a', 'c b']);
  });

  test('that throws is recorded up to there, and run() rejects', async () => {
    const broken = experiment('broken', async ({ host }) => {
      const [server, client] = [host('server'), host('client')];
      server.listen(8080);
      await client.connect(server, 8080);
      throw new Error('on purpose');
    });
    const trace = await broken.record();
    expect(trace.error).toMatchObject({ message: 'on purpose' });
    expect(trace.error?.atMs).toBeGreaterThan(trace.segments.at(-1)?.sentMs ?? Number.POSITIVE_INFINITY);
    await expect(broken.run()).rejects.toThrow(ExperimentError);
    const { message } = await broken.run().then(
      () => new Error('it did not reject'),
      (thrown: Error) => thrown,
    );
    // What a test runner prints: the reason, then the end of the ladder below the names of the hosts, without colours.
    const [first, , heads, ...lines] = message.split('\n');
    expect(first).toBe('broken: on purpose');
    expect(heads).toMatch(/server +client/);
    expect(lines.join('\n')).toMatch(/SYN ACK seq=0 ack=1[^]*=+ aborted: on purpose \(test\//);
    expect(message).not.toContain('\x1b');
  });

  test('whose expectation fails says what came instead', async () => {
    const { error } = await experiment('wrong', async ({ host, expect: want }) => {
      const [server, client] = [host('server'), host('client')];
      await want('ok', () => client.connect(server, 1));
    }).record();
    expect(error?.message).toBe('expect: expected ok, got ECONNREFUSED');
  });

  test('that threw says where, and has the error as its cause', async () => {
    const cause = new Error('on purpose');
    const failing = experiment('failing', () => {
      throw cause;
    });
    const error: unknown = await failing.run().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ExperimentError', cause });
    const { where } = (await failing.record()).error ?? {};
    expect(where).toMatch(/^test\/lab\/run\/experiment\.test\.ts:\d+:\d+$/);
    // The event loop made this error, with nobody on its stack.
    const late = experiment('late', async ({ host }) => {
      const client = host('client');
      await client.listen(80).accept('s', { timeoutMs: 1 });
    });
    expect((await late.record()).error?.where).toMatch(/^test\/lab\/run\/experiment\.test\.ts:\d+:\d+$/);
  });

  test('keeps its trace where the capture cannot be written', async () => {
    const full = experiment('full', async ({ host }) => {
      const [server, client] = [host('server'), host('client')];
      server.listen(80);
      await client.connect(server, 80);
    });
    const error: unknown = await full.record(undefined, { pcap: '/dev/full' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CaptureError);
    expect(error).toMatchObject({ message: expect.stringMatching(/\/dev\/full: ENOSPC/), trace: { title: 'full' } });
  });

  test('that waits for what never comes is broken off, and the call is there', async () => {
    const waiting = experiment('waiting', { limitMs: 300 }, async ({ host }) => {
      await host('server').listen(8080).accept();
    });
    const trace = await waiting.record();
    expect(trace.error?.message).toBe('it had not ended after 300 ms');
    const [last] = trace.events.slice(-1);
    expect(last).toMatchObject({ kind: 'call', name: 'accept', actor: 'listener' });
    expect(last).not.toHaveProperty('outcome');
  });

  test('can be aborted', async () => {
    const abort = new AbortController();
    const waiting = experiment('waiting', async ({ host, signal }) => {
      host('server').listen(8080);
      abort.abort(new Error('interrupted'));
      expect(signal.aborted).toBe(true);
      await new Promise(() => {});
    });
    const trace = await waiting.record(undefined, { signal: abort.signal });
    expect(trace.error?.message).toBe('interrupted');
    expect(trace.events).not.toHaveLength(0);
  });

  test('leaves no descriptor, file or host behind, whatever became of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'experiment-'));
    vi.stubEnv('TMPDIR', folder);
    const left = (): unknown[] => [openDescriptors(), readdirSync(folder)];
    let kept: ExperimentContext | undefined;
    const leaking = experiment('leaking', async (context) => {
      kept = context;
      const server = context.host('server');
      const client = context.host('client', { relayed: true });
      const listener = server.listen(8080);
      await client.connect(server, 8080);
      await listener.accept();
      await context.peer('peer', server);
      throw new Error('on purpose');
    });
    // What Node opens once is open after the first.
    await leaking.record();
    const before = left();
    expect(before[1]).toEqual([]);
    await leaking.record();
    expect(left()).toEqual(before);
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
    expect(() => kept?.host('late')).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }));
  });

  test('has variants, each with its own given', async () => {
    const doubled = experiment('doubled', { variants: { one: 1, two: 2 } }, (_, given) => given * 2);
    expect(doubled.variants).toEqual(['one', 'two']);
    expect((await doubled.run()).findings).toBe(2);
    expect((await doubled.run('two')).findings).toBe(4);
    await expect(doubled.run('three')).rejects.toThrow(/no variant three; they are one, two/);
  });

  test.each<[string, (context: ExperimentContext) => unknown, string]>([
    ['a name twice', ({ host }) => [host('a'), host('a')], 'ERR_ARGUMENT_INVALID'],
    ['no name', ({ host }) => host(''), 'ERR_ARGUMENT_INVALID'],
    ['an address elsewhere', ({ host }) => host('a', { address: '10.0.0.1' }), 'ERR_ADDRESS_INVALID'],
    ['a network as address', ({ host }) => host('a', { address: '192.168.0.0' }), 'ERR_ADDRESS_INVALID'],
    ['an address twice', ({ host }) => [host('a'), host('b', { address: '192.168.0.1' })], 'ERR_ADDRESS_INVALID'],
    ['a delay below 0', ({ host }) => [host('a'), host('b', { delayMs: -1 })], 'ERR_OUT_OF_RANGE'],
    ['a delay that is no number', ({ host }) => [host('a'), host('b', { delayMs: Number.NaN })], 'ERR_OUT_OF_RANGE'],
    ['loss on a link without a relay', ({ host, link }) => link(host('a'), host('b')).lose(), 'ERR_NOT_SUPPORTED'],
    [
      'half a segment lost',
      ({ host, link }) => link(host('a'), host('b', { relayed: true })).lose({ times: 0.5 }),
      'ERR_OUT_OF_RANGE',
    ],
    [
      'a link of a host to itself',
      ({ host, link }) => {
        const a = host('a');
        return link(a, a);
      },
      'ERR_ARGUMENT_INVALID',
    ],
    [
      'a connect without a port',
      async ({ host }) => await Reflect.apply(host('a').connect, host('b'), [host('c')]),
      'ERR_ARGUMENT_INVALID',
    ],
  ])('refuses %s', async (_, script, code) => {
    let thrown: unknown;
    await experiment('refused', async (context) => {
      try {
        await script(context);
      } catch (error) {
        thrown = error;
      }
    }).run();
    expect(thrown).toMatchObject({ name: 'UsageError', code });
  });

  test('of 100,000 segments keeps the ends, and the capture has them all', { timeout: 180_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'capture-'));
    const pcap = join(folder, 'run.pcapng');
    const size = 100_000 * 500;
    try {
      const trace = await experiment('long', { limitMs: 150_000 }, async ({ host }) => {
        const [server, client] = [host('server'), host('client')];
        const listener = server.listen({ port: 8080, options: { TCP_MAXSEG: 512 } });
        const c = await client.connect(server, 8080);
        const s = await listener.accept();
        const reading = (async () => {
          for (let read = 0; read < size; ) read += (await s.socket.recv({ size: 1 << 20 })).length;
        })();
        const block = Buffer.alloc(1 << 16);
        for (let sent = 0; sent < size; ) sent += await c.socket.send(block.subarray(0, size - sent));
        await reading;
      }).run(undefined, { pcap });
      expect(trace.dropped).toBe(0);
      expect(trace.segments).toHaveLength(4000);
      expect(trace.omitted?.count).toBeGreaterThan(96_000);
      const frames = countPackets(readFileSync(pcap));
      // ARP is in the file too.
      expect(frames).toBeGreaterThanOrEqual(trace.segments.length + (trace.omitted?.count ?? 0));
      expect(statSync(pcap).size).toBeGreaterThan(size);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Enhanced packet blocks of a pcapng file. */
function countPackets(file: Buffer): number {
  let count = 0;
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) if (file.readUInt32LE(at) === 6) count++;
  return count;
}
