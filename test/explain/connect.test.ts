import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isMinisocket } from '../../src/explain/conflict.js';
import { type Machine, predictBind } from '../../src/explain/predict.js';
import type { SocketRow } from '../../src/netlink/inet-diag.js';
import { listSockets } from '../../src/netlink/sock-diag.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { Socket } from '../../src/socket/socket.js';
import { SystemCallError } from '../../src/errors.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { describeNeeding, needs } from '../support/needs.js';

const states = ['ESTABLISHED', 'CLOSE_WAIT', 'FIN_WAIT2', 'FIN_WAIT2, closed', 'TIME_WAIT'] as const;

/** One four-tuple that a socket has, and another that wants it. */
interface Row {
  readonly state: (typeof states)[number];
  readonly timestamps: boolean;
  readonly twReuse: 0 | 1 | 2;
  readonly address: string;
  /** Whether tcp_tw_reuse_delay is over. */
  readonly aged: boolean;
  /** Whether bind() is given the port, or connect() chooses it from a range of one. */
  readonly port: 'given' | 'chosen';
}

const rows: readonly Row[] = states.flatMap((state) =>
  [true, false].flatMap((timestamps) =>
    ([0, 1, 2] as const).flatMap((twReuse) =>
      ['127.0.0.1', '192.168.0.1', 'fd00::1'].flatMap((address) =>
        [true, false].flatMap((aged) =>
          (['given', 'chosen'] as const).map((port) => ({ state, timestamps, twReuse, address, aged, port })),
        ),
      ),
    ),
  ),
);

const serverPort = 1;
const [major = 0, minor = 0] = release().split('.').map(Number);
const isRecent = major > 6 || (major === 6 && minor >= 18);
const delays = { over: 1, running: 60_000 } as const;

let namespace: NetworkNamespace;
let nextPort = 20_000;

function familyOf(address: string): 'IPv4' | 'IPv6' {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

/** A socket that is to have the port. */
function opened({ address, port: how }: Row, port: number): Socket<'IPv4' | 'IPv6'> {
  const socket = Socket.open({ family: familyOf(address), options: { SO_REUSEADDR: true } });
  return how === 'given' ? socket.bind({ address, port }) : socket;
}

/** Ends the first connection as far as the row says. */
function end(state: Row['state'], first: Socket, server: Socket): void {
  if (state === 'CLOSE_WAIT') server.shutdown('write');
  else if (state === 'FIN_WAIT2') first.shutdown('write');
  else if (state !== 'ESTABLISHED') first.close();
  if (state === 'TIME_WAIT') server.close();
}

function stateOf(port: number): SocketRow | undefined {
  return listSockets({ protocol: 'tcp', localPort: port }).find(({ remotePort }) => remotePort === serverPort);
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** What is there in a moment: a namespace is entered for no longer than a synchronous call. */
function soon<Value>(look: () => Value | undefined): Value {
  for (let tries = 0; tries < 10_000; tries++) {
    const value = look();
    if (value !== undefined) return value;
    Atomics.wait(pause, 0, 0, 1);
  }
  throw new Error('it did not come');
}

/** On loopback a state is there at once, or when the machine comes to it. */
function reached(port: number, state: Row['state']): SocketRow {
  const wanted = state.replace(', closed', '');
  return soon(() => {
    const row = stateOf(port);
    return row?.state === wanted && (state !== 'FIN_WAIT2, closed' || row.inode === 0) ? row : undefined;
  });
}

/** What connect() says, and what the model says of it. */
function outcomes(row: Row, machine: Machine): { readonly kernel: string; readonly model: string | undefined } {
  const { address, timestamps, port: how, state } = row;
  const port = nextPort++;
  const to = { address, port: serverPort };
  namespace.setSysctl('net.ipv4.ip_local_port_range', `${port} ${port}`);
  return namespace.run(() => {
    using listener = Socket.open({ family: familyOf(address), options: { SO_REUSEADDR: true } })
      .bind(to)
      .listen();
    using first = opened(row, port);
    first.tryConnect(to);
    using server = soon(() => listener.tryAccept());
    end(state, first, server);
    const held = reached(port, state);
    const began = performance.now();
    soon(() => performance.now() - began > 2 * delays.over || undefined);
    const existing = {
      ...held,
      protocol: 'tcp' as const,
      options: { SO_REUSEADDR: true },
      timestamps,
      minisocket: state === 'FIN_WAIT2, closed' || state === 'TIME_WAIT',
      portFrom: how === 'given' ? ('bind' as const) : ('connect' as const),
      ageMs: performance.now() - began,
    };
    expect(isMinisocket(existing)).toBe(existing.minisocket);
    const request = {
      protocol: 'tcp' as const,
      family: familyOf(address),
      options: { SO_REUSEADDR: true },
      ...(how === 'given' && { address, port }),
      connect: to,
    };
    const { decisive } = predictBind([existing], request, { ...machine, portRange: { low: port, high: port } });
    using second = opened(row, port);
    let kernel = 'ok';
    try {
      second.tryConnect(to);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      kernel = error.code;
    }
    return { kernel, model: decisive?.outcome };
  });
}

describeNeeding(canMakeNamespaces, 'needs network namespaces')('the four-tuple rules of connect()', () => {
  let hasDelay = true;

  beforeAll(() => {
    namespace = NetworkNamespace.create();
    namespace.addAddress('lo', '192.168.0.1/32');
    namespace.addAddress('lo', 'fd00::1/128');
    hasDelay = existsSync('/proc/sys/net/ipv4/tcp_tw_reuse_delay');
  });
  afterAll(() => namespace.close());

  const settings = [true, false].flatMap((timestamps) =>
    ([0, 1, 2] as const).flatMap((twReuse) => [true, false].map((aged) => ({ timestamps, twReuse, aged }))),
  );

  test.for(settings)('are those of the kernel: $timestamps, tcp_tw_reuse $twReuse, $aged', (setting, context) => {
    needs(context, hasDelay, 'tcp_tw_reuse_delay came with Linux 6.14');
    const { timestamps, twReuse, aged } = setting;
    const twReuseDelayMs = aged ? delays.over : delays.running;
    namespace.setSysctl('net.ipv4.tcp_timestamps', Number(timestamps));
    namespace.setSysctl('net.ipv4.tcp_tw_reuse', twReuse);
    namespace.setSysctl('net.ipv4.tcp_tw_reuse_delay', twReuseDelayMs);
    const machine = {
      kernel: release(),
      localAddresses: ['192.168.0.1', 'fd00::1'],
      twReuse,
      twReuseDelayMs,
    };
    const asked = rows.filter((row) => row.timestamps === timestamps && row.twReuse === twReuse && row.aged === aged);
    const found = asked.map((row) => ({ ...row, ...outcomes(row, machine) }));
    expect(found.filter(({ kernel, model }) => model !== undefined && kernel !== model)).toEqual([]);
    // Before Linux 6.18 whether a port may be shared depends on who had it before.
    expect(found.filter(({ model, port }) => model === undefined && (isRecent || port === 'given'))).toEqual([]);
    expect(new Set(found.map(({ kernel }) => kernel))).toEqual(
      new Set(['EADDRNOTAVAIL', ...(timestamps ? ['ok'] : [])]),
    );
  });
});
