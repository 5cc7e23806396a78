import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OptionValues } from '../../src/options/types.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { profile, type ProfileName, profileRows } from '../../src/service/profile.js';
import { Socket } from '../../src/socket/socket.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { describeNeeding } from '../support/needs.js';

const examples = {
  failover: { withinMs: 20_000 },
  'behind-nat': {},
  'low-latency': {},
  bulk: { inFlight: 65_536 },
} as const;

test.each(Object.entries(examples))('%s can be set on a socket, and says why', (name, settings) => {
  const values = profile(name as ProfileName, settings);
  const socket = Socket.open({ options: values });
  for (const { option, value, reason } of profileRows(name as ProfileName, settings)) {
    expect(reason).toMatch(/\.$/);
    // The kernel doubles the sizes of buffers, socket(7).
    const kept = option === 'SO_SNDBUF' || option === 'SO_RCVBUF' ? 2 * Number(value) : value;
    expect(socket.getOption(option as 'TCP_NODELAY')).toBe(kept);
  }
  socket.close();
});

test('the failover times fit into one another', () => {
  for (const withinMs of [3000, 5000, 20_000, 7_200_000]) {
    const values = profile('failover', { withinMs }) as Record<string, number>;
    const { TCP_USER_TIMEOUT = 0, TCP_KEEPIDLE = 0, TCP_KEEPINTVL = 0 } = values;
    expect(TCP_KEEPIDLE * 1000).toBeLessThan(TCP_USER_TIMEOUT);
    expect(TCP_USER_TIMEOUT + TCP_KEEPINTVL * 1000).toBeLessThan(withinMs);
  }
});

test.each([
  ['failover', { withinMs: 2999 }, 'ERR_OUT_OF_RANGE'],
  ['failover', { withinMs: Number.NaN }, 'ERR_OUT_OF_RANGE'],
  ['failover', {}, 'ERR_ARGUMENT_INVALID'],
  ['bulk', { inFlight: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
  ['fail-over', {}, 'ERR_ARGUMENT_INVALID'],
  ['toString', {}, 'ERR_ARGUMENT_INVALID'],
  ['bulk', null, 'ERR_ARGUMENT_INVALID'],
  ['low-latency', { within: 1 }, 'ERR_ARGUMENT_INVALID'],
])('%s with %o is refused', (name, settings, code) => {
  expect(() => profile(name as 'bulk', settings as never)).toThrow(expect.objectContaining({ code }));
});

describeNeeding(canMakeNamespaces, 'this process may not make network namespaces')(
  'failover, with the link down',
  () => {
    const withinMs = 3000;
    const at = { address: '192.168.0.2', port: 8080 };
    let near: NetworkNamespace;
    let far: NetworkNamespace;
    let listener: Socket;

    beforeAll(() => {
      [near, far] = [NetworkNamespace.create(), NetworkNamespace.create()];
      near.addVeth(far, { name: 'eth0', peerName: 'eth0' });
      near.addAddress('eth0', '192.168.0.1/24');
      far.addAddress('eth0', '192.168.0.2/24');
      listener = far.run(() => Socket.open().bind(at).listen());
    });

    afterAll(() => {
      listener.close();
      near.close();
      far.close();
    });

    async function connected(options: OptionValues): Promise<Socket> {
      const client = near.run(() => Socket.open({ options }));
      await client.connect(at);
      (await listener.accept()).detach();
      return client;
    }

    /** What a read says, without waiting. */
    function outcome(socket: Socket): unknown {
      try {
        return socket.tryRecv();
      } catch (error) {
        return error instanceof Error && 'code' in error ? error.code : error;
      }
    }

    test('a connection fails within the time, idle or not, and so does a connect', async () => {
      const options = profile('failover', { withinMs });
      const [idle, busy, plain] = [await connected(options), await connected(options), await connected({})];
      far.setLink('eth0', { up: false });
      const late = near.run(() => Socket.open({ options }));
      busy.trySend('x');
      plain.trySend('x');
      expect(late.tryConnect(at)).toBe(false);
      expect([idle, busy, plain].map(outcome)).toEqual([undefined, undefined, undefined]);
      // However late this thread is then: the kernel has not been asked before, and its own timers have decided.
      await setTimeout(withinMs);
      expect([idle, busy].map(outcome)).toEqual([
        expect.stringMatching(/^(ETIMEDOUT|EHOSTUNREACH)$/),
        expect.stringMatching(/^(ETIMEDOUT|EHOSTUNREACH)$/),
      ]);
      await expect(late.connect(at)).rejects.toMatchObject({
        code: expect.stringMatching(/^(ETIMEDOUT|EHOSTUNREACH)$/),
      });
      expect(outcome(plain)).toBe(undefined);
      for (const socket of [idle, busy, plain, late]) socket.close();
      far.setLink('eth0', { up: true });
    });
  },
);
