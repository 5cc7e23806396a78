import { fchownSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SystemCallError } from '../../src/errors.js';
import { explain } from '../../src/explain/explain.js';
import type { BindRequest } from '../../src/explain/predict.js';
import type { RuleId } from '../../src/explain/rules.js';
import type { SocketState } from '../../src/netlink/state.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import type { OptionValues } from '../../src/options/types.js';
import { Socket } from '../../src/socket/socket.js';
import { Sockets } from '../support/explained.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { describeNeeding } from '../support/needs.js';

const SERVER = '192.168.0.1';
const CLIENT = '192.168.0.2';
const PORT = 8080;

type Internet = Socket<'IPv4' | 'IPv6'>;

/** Two hosts on a wire, and what is open on them. */
class Scene {
  readonly server = NetworkNamespace.create();
  readonly client = NetworkNamespace.create();
  readonly #sockets = new Sockets();

  constructor() {
    this.server.addVeth(this.client, { name: 'eth0', peerName: 'eth0' });
    this.server.addAddress('eth0', `${SERVER}/24`);
    this.client.addAddress('eth0', `${CLIENT}/24`);
  }

  open(options: OptionValues = {}, family: 'IPv4' | 'IPv6' = 'IPv4', type: 'stream' | 'dgram' = 'stream'): Internet {
    return this.#sockets.keep(this.server.run(() => Socket.open({ family, type, options })));
  }

  /** A listener of the server, and a connection of the client to it. */
  async connected(options: OptionValues = {}): Promise<{ listener: Internet; peer: Internet; end: Internet }> {
    const listener = this.open(options).bind({ address: SERVER, port: PORT }).listen();
    const peer = this.#sockets.keep(this.client.run(() => Socket.open()));
    await peer.connect({ address: SERVER, port: PORT });
    const end = this.#sockets.keep(await listener.accept());
    return { listener, peer, end };
  }

  async state(state: SocketState): Promise<void> {
    await this.server.waitForState({ localPort: PORT, remoteAddress: CLIENT }, state);
  }

  [Symbol.dispose](): void {
    this.#sockets[Symbol.dispose]();
    this.server.close();
    this.client.close();
  }
}

interface Situation {
  readonly title: string;
  /** Leads there. With `options` the holder has them, as the first cure may ask for. Returns what the first cure does to it. */
  readonly hold: (scene: Scene, options: OptionValues) => Promise<() => void>;
  /** The call that fails. */
  readonly ask: (scene: Scene, options: OptionValues) => void;
  readonly known?: Partial<BindRequest>;
  readonly fails: readonly ['bind' | 'listen' | 'connect', string];
  readonly rule: RuleId;
  readonly holder: string | undefined;
  /** The first cure: its text, and the options it wants on both sides, where it wants some. */
  readonly cure: RegExp;
  readonly both?: OptionValues;
  /** What is asked instead where the cure changes the request. */
  readonly instead?: (scene: Scene) => void;
}

const nothing = (): void => {};
const bindAndListen = (scene: Scene, options: OptionValues): void =>
  void scene.open(options).bind({ address: SERVER, port: PORT }).listen();
const reuseAddr = { SO_REUSEADDR: true };
const reuseAddrOnBoth = { cure: /^Set SO_REUSEADDR on the new socket/, both: reuseAddr };
const stop = { cure: /^Stop the program that holds the port/ };
const inUse = ['bind', 'EADDRINUSE'] as const;

/** The listener is closed and the connection is led somewhere: the next server meets only what is left. */
function left(
  title: string,
  holder: SocketState,
  rule: RuleId,
  lead: (scene: Scene, ends: { peer: Internet; end: Internet }) => void | Promise<void>,
): Situation {
  return {
    title,
    hold: async (scene, options) => {
      const { listener, peer, end } = await scene.connected(options);
      listener.close();
      await lead(scene, { peer, end });
      await scene.state(holder);
      return nothing;
    },
    ask: bindAndListen,
    fails: inUse,
    rule,
    holder,
    ...reuseAddrOnBoth,
  };
}

function holds(title: string, holder: string, rule: RuleId, open: (scene: Scene) => Internet): Situation {
  return {
    title,
    hold: async (scene) => {
      const socket = open(scene);
      return () => socket.close();
    },
    ask: bindAndListen,
    fails: inUse,
    rule,
    holder,
    ...stop,
  };
}

const situations: readonly Situation[] = [
  holds('LISTEN', 'LISTEN', 'held-by-listener', (scene) => scene.open().bind({ address: SERVER, port: PORT }).listen()),
  {
    ...holds('LISTEN, and both have SO_REUSEADDR', 'LISTEN', 'held-by-listener', (scene) =>
      scene.open(reuseAddr).bind({ address: SERVER, port: PORT }).listen(),
    ),
    ask: (scene) => bindAndListen(scene, reuseAddr),
  },
  holds('LISTEN on a dual-stack wildcard', 'LISTEN', 'held-by-listener', (scene) =>
    scene.open({}, 'IPv6').bind({ port: PORT }).listen(),
  ),
  holds('bound only', 'BOUND', 'held-by-bound-socket', (scene) => scene.open().bind({ address: SERVER, port: PORT })),
  {
    ...holds('UDP', 'CLOSE', 'held-by-udp-socket', (scene) => scene.open({}, 'IPv4', 'dgram').bind({ port: PORT })),
    ask: (scene) => void scene.open({}, 'IPv4', 'dgram').bind({ address: SERVER, port: PORT }),
    known: { protocol: 'udp' },
  },
  left('ESTABLISHED, with its listener closed', 'ESTABLISHED', 'held-by-connection', nothing),
  left('CLOSE_WAIT', 'CLOSE_WAIT', 'held-by-connection', (_scene, { peer }) => peer.close()),
  left('FIN_WAIT2 with a process', 'FIN_WAIT2', 'held-by-connection', (_scene, { end }) => void end.shutdown('write')),
  left('FIN_WAIT2 without a process', 'FIN_WAIT2', 'held-by-closing-connection', (_scene, { end }) => end.close()),
  left('TIME_WAIT', 'TIME_WAIT', 'held-by-time-wait', (_scene, { peer, end }) => {
    end.close();
    peer.close();
  }),
  left('FIN_WAIT1', 'FIN_WAIT1', 'held-by-closing-connection', (scene, { end }) => {
    scene.client.setLink('eth0', { up: false });
    end.close();
  }),
  left('LAST_ACK', 'LAST_ACK', 'held-by-closing-connection', async (scene, { peer, end }) => {
    peer.close();
    await scene.state('CLOSE_WAIT');
    scene.client.setLink('eth0', { up: false });
    end.close();
  }),
  {
    title: 'SYN_RECV, with its listener',
    hold: async (scene) => {
      const listener = scene.open({ TCP_DEFER_ACCEPT: 30 }).bind({ address: SERVER, port: PORT }).listen();
      const peer = scene.client.run(() => Socket.open());
      await peer.connect({ address: SERVER, port: PORT });
      await scene.state('SYN_RECV');
      return () => {
        listener.close();
        peer.close();
      };
    },
    ask: bindAndListen,
    fails: inUse,
    rule: 'held-by-listener',
    holder: 'LISTEN',
    ...stop,
  },
  {
    title: 'SO_REUSEPORT of another user',
    hold: async (scene, options) => {
      const socket = scene.open({ SO_REUSEPORT: true });
      // The cure is given as an option that changes nothing here.
      if (options['SO_REUSEADDR'] === undefined) fchownSync(socket.fd, 1234, -1);
      socket.bind({ address: SERVER, port: PORT }).listen();
      return nothing;
    },
    ask: (scene) => bindAndListen(scene, { SO_REUSEPORT: true }),
    known: { options: { SO_REUSEPORT: true } },
    fails: inUse,
    rule: 'reuseport-other-user',
    holder: 'LISTEN',
    cure: /^Run all programs that share the port as one user/,
    both: reuseAddr,
  },
  {
    title: 'listen() after both have bound',
    hold: async (scene) => {
      const first = scene.open(reuseAddr).bind({ address: SERVER, port: PORT });
      const second = scene.open(reuseAddr).bind({ address: SERVER, port: PORT });
      first.listen();
      asking = second;
      return () => first.close();
    },
    ask: () => void asking?.listen(),
    known: { options: reuseAddr },
    fails: ['listen', 'EADDRINUSE'],
    rule: 'held-by-listener',
    holder: 'LISTEN',
    ...stop,
  },
  {
    title: 'an address of nobody',
    hold: async () => nothing,
    ask: (scene) => void scene.open().bind({ address: '10.9.8.7', port: PORT }),
    fails: ['bind', 'EADDRNOTAVAIL'],
    rule: 'address-not-local',
    holder: undefined,
    cure: /^Bind an address of this machine/,
    instead: (scene) => bindAndListen(scene, {}),
  },
  {
    title: 'bind() to port 0, with every port of the range taken',
    hold: async (scene) => {
      scene.server.setSysctl('net.ipv4.ip_local_port_range', '40000 40003');
      for (let i = 0; i < 4; i++) scene.open().bind({ address: SERVER });
      return nothing;
    },
    ask: (scene) => void scene.open().bind({ address: SERVER }),
    fails: inUse,
    rule: 'no-port-left-for-bind',
    holder: 'BOUND',
    cure: /^Set IP_BIND_ADDRESS_NO_PORT before bind/,
    instead: (scene) => void scene.open({ IP_BIND_ADDRESS_NO_PORT: true }).bind({ address: SERVER }),
  },
  {
    title: 'connect(), with a connection to the destination from every port of the range',
    hold: async (scene) => {
      const { listener } = await scene.connected();
      scene.server.setSysctl('net.ipv4.ip_local_port_range', '40000 40001');
      for (let i = 0; i < 2; i++) {
        await scene.open().connect({ address: SERVER, port: PORT });
        (await listener.accept()).close();
      }
      return nothing;
    },
    ask: (scene) => void scene.open().tryConnect({ address: SERVER, port: PORT }),
    fails: ['connect', 'EADDRNOTAVAIL'],
    rule: 'no-port-left-for-connect',
    holder: 'CLOSE_WAIT',
    cure: /^Bind another local address with IP_BIND_ADDRESS_NO_PORT/,
    instead: (scene) =>
      void scene
        .open({ IP_BIND_ADDRESS_NO_PORT: true })
        .bind({ address: '127.0.0.9' })
        .tryConnect({ address: SERVER, port: PORT }),
  },
  {
    title: 'connect() with the four-tuple of a connection',
    hold: async (scene) => {
      await scene.connected();
      await scene.open(reuseAddr).bind({ address: SERVER, port: 40_000 }).connect({ address: SERVER, port: PORT });
      return nothing;
    },
    ask: (scene) =>
      void scene.open(reuseAddr).bind({ address: SERVER, port: 40_000 }).tryConnect({ address: SERVER, port: PORT }),
    known: { address: SERVER, port: 40_000, options: reuseAddr },
    fails: ['connect', 'EADDRNOTAVAIL'],
    rule: 'four-tuple-taken',
    holder: 'ESTABLISHED',
    cure: /^Do not bind a fixed source port/,
    instead: (scene) => void scene.open().tryConnect({ address: SERVER, port: PORT }),
  },
];

let asking: Internet | undefined;

function failureOf(scene: Scene, call: () => void): SystemCallError {
  try {
    scene.server.run(call);
  } catch (error) {
    if (error instanceof SystemCallError) return error;
    throw error;
  }
  throw new Error('the call worked');
}

describeNeeding(canMakeNamespaces, 'no CAP_SYS_ADMIN')('the cause of a failure', () => {
  test.each(situations)('$title: is named, and its first cure works', async (situation) => {
    const { hold, ask, known, fails, rule, holder, cure, both = {}, instead } = situation;
    using scene = new Scene();
    const stopIt = await hold(scene, {});
    const error = failureOf(scene, () => ask(scene, {}));
    expect([error.syscall, error.code]).toEqual(fails);

    const explanation = scene.server.run(() => explain(error, { ...(known && { known }), timeoutMs: 60_000 }));
    expect([explanation.call, explanation.code, explanation.rule]).toEqual([...fails, rule]);
    expect(explanation.holders[0]?.state).toBe(holder);
    expect(explanation.cures[0]?.text).toMatch(cure);
    // On copies of the sockets the request fails in the same way, and the cure works as well.
    expect(explanation.trial).toEqual({ result: 'fails', call: expect.any(String) as string, code: error.code });
    expect(explanation.cures[0]?.trial.result).toBe('works');

    if (Object.keys(both).length > 0) {
      using cured = new Scene();
      await hold(cured, both);
      expect(() => cured.server.run(() => ask(cured, both))).not.toThrow();
      return;
    }
    stopIt();
    expect(() => scene.server.run(() => (instead ?? ask)(scene, {}))).not.toThrow();
  });
});
