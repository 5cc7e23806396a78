import { expect, test } from 'vitest';
import { type SocketWarning, SocketWatch, watchSockets, type WatchSettings } from '../../src/service/index.js';
import { Socket } from '../../src/socket/socket.js';
import { canMakeNamespaces, privateNetwork } from '../support/namespaces.js';
import { keeper } from '../support/kept.js';
import { needs } from '../support/needs.js';

const network = privateNetwork();
const closedAfter = keeper();

const address = '127.0.0.1';
const port = 7000;

function watched(settings: WatchSettings = {}): { watch: SocketWatch; warnings: SocketWarning[] } {
  const warnings: SocketWarning[] = [];
  const watch = closedAfter(watchSockets({ ...settings, onWarning: (warning) => warnings.push(warning) }));
  return { watch, warnings };
}

function listening(backlog = 511): Socket {
  return closedAfter(Socket.open({ options: { SO_REUSEADDR: true } }))
    .bind({ address, port })
    .listen({ backlog });
}

function connected(count: number): Socket[] {
  return Array.from({ length: count }, () => {
    const client = closedAfter(Socket.open());
    client.tryConnect({ address, port });
    return client;
  });
}

test('an accept queue that is full is a warning, once, until it is over', (context) => {
  needs(context, canMakeNamespaces, 'the counters are those of the whole namespace');
  network.run(() => {
    const listener = listening(3);
    const { watch, warnings } = watched();
    expect(watch.look().queue).toEqual({ port, waiting: 0, backlog: 3 });
    connected(6);
    expect(watch.look()).toMatchObject({ queue: { port, waiting: 4, backlog: 3 } });
    watch.look();
    expect(warnings.map(({ kind, case: id }) => [kind, id])).toEqual([['accept queue overflows', 'R5']]);
    expect(warnings[0]?.numbers.overflows).toBeGreaterThan(0);
    expect(warnings[0]?.advice).toMatch(/longer backlog/);
    for (let accepted = listener.tryAccept(); accepted !== undefined; accepted = listener.tryAccept()) accepted.close();
    // A SYN that was dropped comes again, and may overflow nothing now.
    watch.look();
    expect(watch.look().overflows).toBe(0);
    expect([...watch.warnings]).toEqual([]);
  });
});

test('CLOSE_WAIT that grow are a warning; as many that stay are none', (context) => {
  needs(context, canMakeNamespaces, 'other processes have CLOSE_WAIT too');
  network.run(() => {
    const listener = listening();
    const { watch, warnings } = watched({ closeWait: 4 });
    const forgets = (): void => {
      for (const client of connected(2)) {
        const accepted = listener.tryAccept();
        if (accepted !== undefined) closedAfter(accepted);
        client.close();
      }
    };
    forgets();
    expect(watch.look().closeWait).toBe(2);
    expect(watch.look().closeWait).toBe(2);
    expect(warnings).toEqual([]);
    forgets();
    expect(watch.look().closeWait).toBe(4);
    expect(warnings).toEqual([]);
    forgets();
    expect(watch.look().closeWait).toBe(6);
    expect(warnings.map(({ kind, case: id }) => [kind, id])).toEqual([['CLOSE_WAIT grows', 'G11']]);
    expect(warnings[0]?.advice).toMatch(/CLOSE_WAIT has no timer/);
  });
});

test('ports that run out for one destination are a warning', (context) => {
  needs(context, canMakeNamespaces, 'the range of ports is changed');
  network.run(() => {
    listening();
    const { watch, warnings } = watched({ portsUsed: 0.0014 });
    // TIME_WAITs of other tests.
    const used = watch.look().ports?.used ?? 0;
    expect(warnings).toEqual([]);
    connected(40);
    expect(watch.look().ports).toMatchObject({ destination: `${address}:${port}`, used: used + 40 });
    expect(warnings.map(({ kind, case: id }) => [kind, id])).toEqual([['ports run out', 'C14']]);
  });
});

test('counts segments, and those sent again', () => {
  network.run(() => {
    const { watch } = watched();
    listening();
    connected(4);
    const { sent, retransmitted } = watch.look();
    expect(sent).toBeGreaterThanOrEqual(8);
    expect(retransmitted).toBeLessThanOrEqual(sent);
    expect(watch.numbers.sent).toBe(sent);
  });
});

test.each([
  [{ intervalMs: 99 }, 'ERR_OUT_OF_RANGE'],
  [{ intervalMs: Number.NaN }, 'ERR_OUT_OF_RANGE'],
  [{ intervalMs: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
  [{ closeWait: -1 }, 'ERR_OUT_OF_RANGE'],
  [{ portsUsed: 0 }, 'ERR_ARGUMENT_INVALID'],
  [{ retransmitted: Number.NaN }, 'ERR_ARGUMENT_INVALID'],
  [{ onWarning: 7 }, 'ERR_ARGUMENT_INVALID'],
  [{ every: 7 }, 'ERR_ARGUMENT_INVALID'],
])('refuses %j', (settings, code) => {
  expect(() => watchSockets(settings as WatchSettings)).toThrow(expect.objectContaining({ code }) as Error);
});
