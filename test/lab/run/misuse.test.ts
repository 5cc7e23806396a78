import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import {
  type ExperimentContext,
  experiment,
  type Experiment,
  type ExperimentSettings,
} from '../../../src/lab/run/experiment.js';
import { breakOffAtRejections } from '../../../src/lab/run/floating.js';
import type { Host } from '../../../src/lab/network/host.js';
import { RecordedSocket } from '../../../src/lab/network/lab-socket.js';
import type { LabSocket } from '../../../src/lab/network/host.js';
import { Lines } from '../../../src/lab/network/lines.js';
import { canMakeNamespaces } from '../../support/namespaces.js';
import { onlyMarks } from '../../support/events.js';
import { describeNeeding } from '../../support/needs.js';

const bounded: ExperimentSettings<undefined> = { limitMs: 10_000 };
const invalid = expect.objectContaining({ name: 'UsageError' });
const wrong: readonly unknown[] = [Number.NaN, -1, 2 ** 31, null, Symbol('s'), 1n];

describe('experiment()', () => {
  test.each(['name', 'about', 'rule', 'cases', 'variants', 'byNameOnly', 'limitMs'])('refuses a wrong %s', (key) => {
    for (const value of wrong) {
      expect(() => Reflect.apply(experiment, undefined, ['t', { [key]: value }, () => {}])).toThrow(invalid);
    }
  });

  test('refuses settings it does not know, or that are none', () => {
    for (const settings of [null, 'x', { limitMS: 5 }])
      expect(() => Reflect.apply(experiment, undefined, ['t', settings, () => {}])).toThrow(invalid);
  });

  test('has a name though its title has no letter of one', () => {
    expect(experiment('???', () => {}).name).toBe('experiment');
  });
});

test('lines are cut where a program ends none', () => {
  const lines: number[] = [];
  const cutter = new Lines(({ length }) => lines.push(length));
  for (let count = 0; count < 3; count++) cutter.add('x'.repeat(50_000));
  cutter.add('\nab\r\nc');
  cutter.end();
  expect(lines).toEqual([65_536, 65_536, 18_928, 2, 1]);
});

type Scene = Pick<ExperimentContext, 'host' | 'link' | 'peer' | 'mark' | 'expect'> & {
  readonly server: Host;
  readonly client: Host;
  readonly c: LabSocket;
};

/** Each is to refuse every wrong value. */
const calls: Readonly<Record<string, (scene: Scene, value: unknown) => unknown>> = {
  'host()': ({ host }, value) => Reflect.apply(host, undefined, [value]),
  'settings of host()': ({ host }, value) => Reflect.apply(host, undefined, ['x', value ?? null]),
  'delayMs of host()': ({ host }, value) => Reflect.apply(host, undefined, ['x', { delayMs: value }]),
  'link()': ({ link, server }, value) => Reflect.apply(link, undefined, [server, value]),
  'delay()': ({ link, server, client }, value) => {
    const joined = link(server, client);
    return Reflect.apply(joined.delay, joined, [value]);
  },
  'from of lose()': ({ link, server, client }, value) => {
    const joined = link(server, client);
    return Reflect.apply(joined.lose, joined, [{ from: value }]);
  },
  'where of lose()': ({ link, server, client }, value) => {
    const joined = link(server, client);
    return Reflect.apply(joined.lose, joined, [{ where: value }]);
  },
  'peer()': ({ peer }, value) => Reflect.apply(peer, undefined, ['p', value]),
  'mark()': ({ mark }, value) => Reflect.apply(mark, undefined, [value]),
  'expect()': ({ expect: expectResult }, value) => Reflect.apply(expectResult, undefined, [value, () => {}]),
  'call of expect()': ({ expect: expectResult }, value) => Reflect.apply(expectResult, undefined, ['ok', value]),
  'spawn()': ({ server }, value) => Reflect.apply(server.spawn, server, [value]),
  'arguments of spawn()': ({ server }, value) => Reflect.apply(server.spawn, server, ['true', value]),
  'name of open()': ({ server }, value) => Reflect.apply(server.open, server, [{ name: value }]),
  'settings of listen()': ({ server }, value) => Reflect.apply(server.listen, server, [81, value ?? 5]),
  // A negative number is the kernel's to judge: it takes it for the most it allows.
  'backlog of listen()': ({ server }, value) =>
    Reflect.apply(server.listen, server, [{ backlog: value === -1 ? '-1' : (value ?? '1') }]),
  'settings of spawn()': ({ server }, value) => Reflect.apply(server.spawn, server, ['true', [], value ?? 5]),
  'mute()': ({ server }, value) => Reflect.apply(server.mute, server, [value]),
  'send()': ({ c }, value) => Reflect.apply(c.send, c, [value]),
  'address of connect()': ({ client }, value) => Reflect.apply(client.connect, client, [{ address: value, port: 80 }]),
  'deadline of waitForState()': ({ c }, value) => Reflect.apply(c.waitForState, c, ['TIME_WAIT', value]),
};

/** Processes whose command line is this. */
function processes(commandLine: string): string[] {
  const isIt = (pid: string): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `${commandLine.split(' ').join('\0')}\0`;
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isIt(name));
}

describeNeeding(canMakeNamespaces, 'only root can make network namespaces in this process')('a run', () => {
  test('refuses what is wrong, at once', async () => {
    const accepted: string[] = [];
    const attack = experiment('wrong values', bounded, async (context) => {
      const [server, client] = [context.host('server'), context.host('client', { relayed: true })];
      server.listen(80);
      const c = await client.connect(server, 80);
      for (const [name, call] of Object.entries(calls)) {
        for (const value of wrong) {
          const isRefused = await (async () => call({ ...context, server, client, c }, value))().then(
            () => false,
            (error: unknown) => error instanceof Error && error.name === 'UsageError',
          );
          if (!isRefused) accepted.push(`${name}: ${String(value)}`);
        }
      }
    });
    await attack.run();
    expect(accepted).toEqual([]);
  });

  test('refuses an address that is undefined, which would be any', async () => {
    const refused: unknown[] = [];
    await experiment('undefined', bounded, async ({ host }) => {
      const [server, client] = [host('server'), host('client')];
      const given = { address: undefined, port: 80 };
      for (const call of [
        () => Reflect.apply(client.connect, client, [given]),
        () => Reflect.apply(client.connect, client, [server, 80, { from: given }]),
        () => Reflect.apply(server.listen, server, [given]),
        () => Reflect.apply(RecordedSocket.prototype.bind, server.open(), [given]),
        () => Reflect.apply(RecordedSocket.prototype.tryConnect, server.open(), [given]),
      ])
        refused.push(await (async () => call())().catch((error: unknown) => error));
    }).run();
    expect(refused).toEqual(refused.map(() => expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' })));
  });

  test('listens with the backlog it is given, beside the port or with it', async () => {
    const { findings } = await experiment('backlog', bounded, ({ host }) => {
      const server = host('server');
      server.listen(80, { backlog: 1 });
      server.listen({ port: 81, backlog: 2 });
      server.listen(82);
      // Send-Q of a listener is its backlog, tcp_diag_get_info().
      return server
        .sockets({ state: 'LISTEN' })
        .map(({ localPort, sendQueue }) => [localPort, sendQueue])
        .sort();
    }).run();
    expect(findings).toEqual([
      [80, 1],
      [81, 2],
      [82, 128],
    ]);
  });

  test('refuses settings it does not know, and those given twice', async () => {
    const refused: unknown[] = [];
    await experiment('unknown', bounded, async ({ host }) => {
      const [server, client] = [host('server'), host('client')];
      server.listen(80);
      for (const call of [
        () => Reflect.apply(server.listen, server, [81, { nonsense: 1 }]),
        () => Reflect.apply(server.listen, server, [{ port: 81, nonsense: 1 }]),
        () => Reflect.apply(server.listen, server, [81, { port: 82 }]),
        () => Reflect.apply(server.listen, server, [{ port: 81 }, { backlog: 1 }]),
        () => Reflect.apply(server.open, server, [{ nonsense: 1 }]),
        () => Reflect.apply(server.spawn, server, ['true', [], { nonsense: 1 }]),
        () => Reflect.apply(server.start, server, [{ program: 'agent.js', nonsense: 1 }]),
        () => Reflect.apply(client.connect, client, [server, 80, { nonsense: 1 }]),
        () => Reflect.apply(client.connect, client, [{ address: server.A, port: 80 }, { nonsense: 1 }]),
        () => Reflect.apply(client.connect, client, [{ address: server.A, port: 80 }, 80]),
        () => Reflect.apply(client.connect, client, [{ address: server.A, port: 80 }, {}, {}]),
      ])
        refused.push(await (async () => call())().catch((error: unknown) => error));
      if (server.sockets({ localPort: 81 }).length > 0) throw new Error('one was not refused');
    }).run();
    expect(refused).toEqual(refused.map(() => expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' })));
  });

  test.each(['accepted', 'connecting', 'connected'] as const)(
    'sees that a socket is gone after a reset: %s',
    async (which) => {
      const { findings } = await experiment('reset', bounded, async ({ host }) => {
        const [server, client] = [host('server'), host('client')];
        const listener = server.listen(80);
        if (which === 'connecting') {
          const c = client.open();
          c.tryConnect({ address: server.A, port: 81 });
          await c.waitForState('CLOSED');
          return 'gone';
        }
        const c = await client.connect(server, 80);
        const s = await listener.accept();
        const [resetting, other] = which === 'accepted' ? [c, s] : [s, c];
        resetting.setOption('SO_LINGER', { on: true, seconds: 0 });
        resetting.close();
        await other.waitForState('CLOSED');
        return 'gone';
      }).run();
      expect(findings).toBe('gone');
    },
  );

  test.each(wrong)('refuses options that are wrong: %s', async (value) => {
    const empty = experiment('empty', () => {});
    const record: Experiment['record'] = (...args) => Reflect.apply(empty.record, empty, args);
    for (const options of [value, { pcap: value }, { signal: value }].slice(value === null ? 0 : 1))
      await expect(Reflect.apply(record, undefined, [undefined, options])).rejects.toThrow(invalid);
    await expect(Reflect.apply(record, undefined, [value])).rejects.toThrow(invalid);
  });

  test('does not begin with a signal that is aborted', async () => {
    const script = vi.fn<() => void>();
    const trace = await experiment('late', script).record(undefined, { signal: AbortSignal.abort(new Error('no')) });
    expect(trace.error?.message).toBe('no');
    expect(script).not.toHaveBeenCalled();
  });

  test('has at most 20 hosts and peers', async () => {
    const trace = await experiment('crowd', bounded, async ({ host, peer }) => {
      const server = host('server');
      for (let number = 1; number < 20; number++) await peer(`peer ${number}`, server);
      host('one more');
    }).record();
    expect(trace.hosts).toHaveLength(20);
    expect(trace.error?.message).toBe('host: at most 20 hosts and peers, since each is joined with each');
  });

  test('is broken off by a `where` that throws', async () => {
    const trace = await experiment('where', bounded, async ({ host, link }) => {
      const [server, client] = [host('server'), host('client', { relayed: true })];
      server.listen(80);
      link(server, client).lose({
        where: () => {
          throw new Error('on purpose');
        },
      });
      await client.connect(server, 80);
    }).record();
    expect(trace.error?.message).toBe('on purpose');
  });

  test('is broken off when its script closes a namespace', async () => {
    const trace = await experiment('closed', bounded, async ({ host, signal }) => {
      host('server').namespace?.close();
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }).record();
    expect(trace.error?.message).toBe('the network namespace is closed');
  });

  test('is broken off by a rejection nobody handles, and another run goes on', async () => {
    const others = process.rawListeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    breakOffAtRejections();
    try {
      let done: () => void = () => {};
      const otherEnded = new Promise<void>((resolve) => (done = resolve));
      const floating = experiment('floating', bounded, async () => {
        void Promise.reject(new Error('nobody waited'));
        await new Promise(() => {});
      });
      const steady = experiment('steady', bounded, async () => await otherEnded.then(() => 'to its end'));
      const second = steady.run();
      const first = await floating.record();
      done();
      expect(first.error?.message).toBe('nobody waited');
      expect((await second).findings).toBe('to its end');
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of others)
        process.on('unhandledRejection', (...args) => Reflect.apply(listener, process, args));
    }
  });

  test('has nothing to do any more when it is over', async () => {
    let late: ExperimentContext | undefined;
    const trace = await experiment('over', bounded, (context) => {
      late = context;
      context.mark('first');
    }).run();
    for (const call of [() => late?.host('x'), () => late?.mark('x'), () => late?.segments()])
      expect(call).toThrow('the experiment is over');
    await expect(late?.settle()).rejects.toThrow('the experiment is over');
    expect(onlyMarks(trace.events).map(({ text }) => text)).toEqual(['first']);
  });

  test('ends what its programs have started, in whatever process group', async () => {
    const sleep = `sleep 1${process.pid}`;
    await experiment('grandchild', bounded, async ({ host }) => {
      const shell = host('server').spawn('sh', ['-c', `trap '' TERM; setsid ${sleep} & echo up; wait`]);
      await shell.printed('up');
      expect(await shell.kill('SIGKILL')).toBeUndefined();
      await vi.waitFor(() => expect(processes(sleep)).toHaveLength(1));
    }).run();
    await vi.waitFor(() => expect(processes(sleep)).toEqual([]));
  });

  test('keeps a bounded part of what a program prints', async () => {
    const trace = await experiment('much', bounded, async ({ host }) => {
      const program = host('server').spawn('sh', ['-c', 'yes | head -c 5000000; head -c 5000000 /dev/zero']);
      await program.exited();
      return program.output.length;
    }).run();
    expect(trace.findings).toBeLessThan(2_200_000);
    expect(trace.events.length).toBeLessThan(1010);
    expect(trace.events.at(-2)).toHaveProperty('text', 'more, which is not recorded');
  });

  test('says when there is no place for its frames', async () => {
    vi.stubEnv('TMPDIR', '/nonexistent');
    try {
      await expect(experiment('no place', () => {}).record()).rejects.toThrow(/TMPDIR.*ENOENT/);
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
