import { describe, expect, test } from 'vitest';
import type { ExistingSocket } from '../../src/explain/conflict.js';
import { type BindRequest, type Machine, predictBind } from '../../src/explain/predict.js';

const port = 8080;
const holder: ExistingSocket = {
  protocol: 'tcp',
  family: 'IPv4',
  state: 'LISTEN',
  localAddress: '0.0.0.0',
  localPort: port,
  options: {},
};
const wish: BindRequest = { protocol: 'tcp', address: '127.0.0.1', port };
const shared = { SO_REUSEADDR: true };
const grouped = { SO_REUSEPORT: true };

/** The decisive call, as one line. */
function told(existing: readonly ExistingSocket[], request: BindRequest, machine?: Machine): string {
  const { decisive } = predictBind(existing, request, machine);
  return `${decisive?.call} ${decisive?.outcome ?? decisive?.unpredictable}: ${decisive?.rule}`;
}

describe('predictBind() of Linux 6.1', () => {
  const mappedAny: ExistingSocket = { ...holder, family: 'IPv6', state: 'BOUND', localAddress: '::ffff:0.0.0.0' };
  const mapped: BindRequest = { ...wish, family: 'IPv6', address: '::ffff:127.0.0.1' };
  const tried: Machine = { kernel: '6.1.176', completeHistory: true };

  test('misses a holder of ::ffff:0.0.0.0 where a v4-mapped address is bound, and not the other way round', () => {
    expect(told([mappedAny], mapped, tried)).toBe('bind ok: addresses-apart');
    expect(told([mappedAny], mapped, { ...tried, kernel: '6.18.44' })).toBe('bind EADDRINUSE: held-by-bound-socket');
    expect(told([mappedAny], wish, tried)).toBe('bind EADDRINUSE: held-by-bound-socket');
    const specific = { ...mappedAny, localAddress: '::ffff:127.0.0.1' };
    expect(told([specific], { ...mapped, address: '::ffff:0.0.0.0' }, tried)).toBe(
      'bind EADDRINUSE: held-by-bound-socket',
    );
  });

  test('is predicted from the first release that was tried; of an earlier one, and of Debian, which hides it, it is not', () => {
    const over: ExistingSocket = { ...holder, state: 'TIME_WAIT' };
    expect(told([over], wish, tried)).toBe('bind EADDRINUSE: held-by-time-wait');
    for (const kernel of ['6.1.175', '6.1.0-40-amd64', '6.1', '6.6.100'])
      expect(told([over], wish, { ...tried, kernel })).toBe('bind bind-hash-before-6.9: held-by-time-wait');
  });
});

describe('predictBind() of TCP', () => {
  const rows: readonly [string, readonly ExistingSocket[], BindRequest, string][] = [
    ['nobody there', [], wish, 'bind ok: port-free'],
    ['another port', [{ ...holder, localPort: 80 }], wish, 'bind ok: port-free'],
    ['another protocol', [{ ...holder, protocol: 'udp', state: 'CLOSE' }], wish, 'bind ok: port-free'],
    ['a listener', [holder], wish, 'bind EADDRINUSE: held-by-listener'],
    ['another address', [{ ...holder, localAddress: '10.0.0.1' }], wish, 'bind ok: addresses-apart'],
    [
      'a listener, SO_REUSEADDR on both',
      [{ ...holder, options: shared }],
      { ...wish, options: shared },
      'bind EADDRINUSE: held-by-listener',
    ],
    [
      'TIME_WAIT, SO_REUSEADDR on the new socket alone',
      [{ ...holder, state: 'TIME_WAIT' }],
      { ...wish, options: shared },
      'bind EADDRINUSE: held-by-time-wait',
    ],
    [
      'TIME_WAIT, SO_REUSEADDR on both',
      [{ ...holder, state: 'TIME_WAIT', options: shared }],
      { ...wish, options: shared, listen: true },
      'listen ok: reuseaddr-shared',
    ],
    [
      'TIME_WAIT with options not known',
      [{ ...holder, state: 'TIME_WAIT', options: undefined }],
      { ...wish, options: shared },
      'bind option-unknown: held-by-time-wait',
    ],
    [
      'another user, SO_REUSEPORT on both',
      [{ ...holder, options: grouped, uid: 1000 }],
      { ...wish, options: grouped },
      'bind EADDRINUSE: reuseport-other-user',
    ],
    ['another device', [{ ...holder, interfaceIndex: 2 }], { ...wish, interfaceIndex: 3 }, 'bind ok: devices-apart'],
    [
      'an IPv6 connection of a dual-stack listener',
      [{ ...holder, family: 'IPv6', state: 'ESTABLISHED', localAddress: '::1', v6only: false }],
      { ...wish, address: '0.0.0.0' },
      'bind EADDRINUSE: held-by-connection',
    ],
    [
      'an IPv6 connection of who knows which listener',
      [{ ...holder, family: 'IPv6', state: 'ESTABLISHED', localAddress: '::1' }],
      { ...wish, address: '0.0.0.0' },
      'bind v6only-unknown: held-by-connection',
    ],
    [
      'a bound socket beside which one of the same user and address may have been bound',
      [{ ...holder, state: 'BOUND', options: { ...shared, ...grouped }, uid: 7 }],
      { ...wish, options: grouped },
      'bind reuseport-short-cut: reuseport-other-user',
    ],
  ];
  test.each(rows)('beside %s', (_, existing, request, says) => {
    expect(told(existing, request)).toBe(says);
  });

  test('listen() repeats the check', () => {
    const other = { ...holder, state: 'BOUND', options: shared } as const;
    expect(told([other], { ...wish, options: shared, listen: true })).toBe('listen ok: reuseaddr-shared');
    expect(told([other], { ...wish, listen: true })).toBe('bind EADDRINUSE: held-by-bound-socket');
  });

  test('names the sockets in the way, as they were given', () => {
    const beside = { ...holder, localAddress: '10.0.0.1' };
    const { decisive } = predictBind([beside, holder], wish);
    expect(decisive?.sockets).toHaveLength(1);
    expect(decisive?.sockets[0]).toBe(holder);
  });
});

describe('predictBind() of UDP', () => {
  const udp: ExistingSocket = { ...holder, protocol: 'udp', state: 'CLOSE', localAddress: '127.0.0.1' };
  const request: BindRequest = { ...wish, protocol: 'udp' };
  test.each([
    ['without options', {}, {}, 'bind EADDRINUSE: held-by-udp-socket'],
    ['SO_REUSEADDR on both', shared, shared, 'bind ok: udp-reuseaddr-shared'],
    ['SO_REUSEPORT on both', grouped, grouped, 'bind ok: reuseport-shared'],
    ['one of each', shared, grouped, 'bind EADDRINUSE: held-by-udp-socket'],
  ])('%s', (_, first, second, says) => {
    expect(told([{ ...udp, options: first }], { ...request, options: second })).toBe(says);
  });

  test('leaves open what the order of binds decides', () => {
    const existing = [
      { ...udp, options: grouped },
      { ...udp, localAddress: '127.0.0.2' },
    ];
    expect(told(existing, { ...request, address: '0.0.0.0', options: grouped })).toBe(
      'bind udp-order: held-by-udp-socket',
    );
  });
});

describe('predictBind() of what needs nobody else', () => {
  const rows: readonly [BindRequest, Machine, string][] = [
    [{ ...wish, port: 80, uid: 1000 }, {}, 'bind EACCES: privileged-port'],
    [{ ...wish, port: 80, uid: 1000 }, { unprivilegedPortStart: 80 }, 'bind ok: port-free'],
    [{ ...wish, address: '10.9.9.9' }, { localAddresses: ['10.0.0.1'] }, 'bind EADDRNOTAVAIL: address-not-local'],
    [
      { ...wish, address: '10.9.9.9', options: { IP_FREEBIND: true } },
      { localAddresses: ['10.0.0.1'] },
      'bind ok: port-free',
    ],
    [
      { ...wish, address: '::ffff:127.0.0.1', options: { IPV6_V6ONLY: true } },
      {},
      'bind EINVAL: mapped-address-on-v6only',
    ],
    [{ ...wish, family: 'IPv6' }, {}, 'bind EINVAL: address-too-short'],
    [{ ...wish, family: 'IPv4', address: '::1' }, {}, 'bind EAFNOSUPPORT: address-of-other-family'],
    [{ ...wish, address: 'ff02::1' }, {}, 'bind EINVAL: multicast-on-tcp6'],
    [{ ...wish, address: 'fe80::1' }, {}, 'bind EINVAL: link-local-without-device'],
    [{ protocol: 'udp', address: '127.0.0.1', port, listen: true }, {}, 'listen EOPNOTSUPP: listen-on-udp'],
    [{ protocol: 'tcp', listen: true }, {}, 'listen ok: port-chosen-by-bind'],
    [{ protocol: 'tcp', address: '127.0.0.1' }, {}, 'bind ok: port-chosen-by-bind'],
  ];
  test.each(rows)('%o on %o: %s', (request, machine, says) => {
    expect(told([], request, machine)).toBe(says);
  });
});

describe('predictBind() of connect()', () => {
  const connection: ExistingSocket = {
    ...holder,
    localAddress: '127.0.0.1',
    state: 'ESTABLISHED',
    remoteAddress: '127.0.0.2',
    remotePort: 443,
    options: shared,
    portFrom: 'connect',
  };
  const waiting: ExistingSocket = { ...connection, state: 'TIME_WAIT', ageMs: 5000, timestamps: true };
  const from: BindRequest = { ...wish, options: shared, connect: { address: '127.0.0.2', port: 443 } };
  const anyPort: BindRequest = { protocol: 'tcp', connect: { address: '127.0.0.2', port: 443 } };
  const onePort: Machine = { portRange: { low: port, high: port } };
  const rows: readonly [string, readonly ExistingSocket[], BindRequest, Machine, string][] = [
    ['a live four-tuple', [connection], from, {}, 'connect EADDRNOTAVAIL: four-tuple-taken'],
    ['another destination', [{ ...connection, remotePort: 80 }], from, {}, 'connect ok: four-tuple-free'],
    ['TIME_WAIT with timestamps', [waiting], from, {}, 'connect ok: time-wait-taken-over'],
    [
      'TIME_WAIT without',
      [{ ...waiting, timestamps: false }],
      from,
      {},
      'connect EADDRNOTAVAIL: four-tuple-in-time-wait',
    ],
    [
      'TIME_WAIT, not known',
      [{ ...waiting, timestamps: 'unknown' }],
      from,
      {},
      'connect timestamps-unknown: time-wait-taken-over',
    ],
    ['ports left', [connection], anyPort, {}, 'connect ok: port-chosen'],
    ['no port left', [connection], anyPort, onePort, 'connect EADDRNOTAVAIL: no-port-left-for-connect'],
    ['an old TIME_WAIT on the last port', [waiting], anyPort, onePort, 'connect ok: tcp-tw-reuse'],
    ['a young one', [{ ...waiting, ageMs: 10 }], anyPort, onePort, 'connect EADDRNOTAVAIL: no-port-left-for-connect'],
    [
      'tcp_tw_reuse=0',
      [waiting],
      anyPort,
      { ...onePort, twReuse: 0 },
      'connect EADDRNOTAVAIL: no-port-left-for-connect',
    ],
    ['a listener on the last port', [holder], anyPort, onePort, 'connect EADDRNOTAVAIL: no-port-left-for-connect'],
  ];
  test.each(rows)('%s', (_, existing, request, machine, says) => {
    expect(told(existing, request, machine)).toBe(says);
  });
});

describe('predictBind() refuses', () => {
  const wrong: readonly [string, () => unknown][] = [
    ['a port above 65535', () => predictBind([], { ...wish, port: 65_536 })],
    ['a port that is no number', () => predictBind([], { ...wish, port: Number.NaN })],
    ['a port below 0', () => predictBind([], { ...wish, port: -1 })],
    ['text that is no address', () => predictBind([], { ...wish, address: '1.2.3' })],
    ['a destination that is no address', () => predictBind([], { ...wish, connect: { address: 'x', port: 1 } })],
    [
      'listen and connect together',
      () => predictBind([], { ...wish, listen: true, connect: { address: '127.0.0.1', port: 1 } }),
    ],
    ['a misspelt key', () => predictBind([], { ...wish, ...{ adress: '::1' } })],
    ['a misspelt option', () => predictBind([], { ...wish, options: { ...shared, ...{ SO_REUSEADR: true } } })],
    ['an existing socket without an address', () => predictBind([{ ...holder, localAddress: '' }], wish)],
    ['a kernel that is no release', () => predictBind([], wish, { kernel: 'new' })],
    ['a range upside down', () => predictBind([], wish, { portRange: { low: 2, high: 1 } })],
  ];
  test.each(wrong)('%s', (_, call) => {
    expect(call).toThrow(expect.objectContaining({ code: expect.stringMatching(/^ERR_/) }));
  });
});

test.each([
  ['fe80::1%eth0', 'ok'],
  ['fe80::1%eth1', 'EADDRNOTAVAIL'],
  ['fe80::2%eth0', 'EADDRNOTAVAIL'],
  ['fd00::1', 'ok'],
])('a link-local address is one of its interface only: %s', (address, outcome) => {
  const machine = { localAddresses: ['fe80::1%eth0', 'fd00::1'] };
  expect(predictBind([], { protocol: 'tcp', address, port: 8080 }, machine).decisive?.outcome).toBe(outcome);
});

test('of a link-local address without its interface any is taken', () => {
  const machine = { localAddresses: ['fe80::1'] };
  expect(predictBind([], { protocol: 'tcp', address: 'fe80::1%eth7', port: 8080 }, machine).decisive?.outcome).toBe(
    'ok',
  );
});
