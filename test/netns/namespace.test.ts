import { once } from 'node:events';
import { closeSync, existsSync, readdirSync, readlinkSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { listSockets } from '../../src/netlink/sock-diag.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import type { NamespaceAccess } from '../../src/netns/user-namespace.js';
import { Socket } from '../../src/socket/socket.js';
import { built, run, runScript } from '../support/children.js';
import { canMakeNamespaces, openDescriptors } from '../support/namespaces.js';
import { describeNeeding, needs } from '../support/needs.js';
import { canDropPrivileges, cannotDropPrivileges, runAsUser } from '../support/privileges.js';

const open: Disposable[] = [];

function use<T extends Disposable>(resource: T): T {
  open.push(resource);
  return resource;
}

afterEach(() => {
  for (const resource of open.splice(0).reverse()) resource[Symbol.dispose]();
});

const here = (): string => readlinkSync('/proc/thread-self/ns/net');
const make = (): NetworkNamespace => use(NetworkNamespace.create());

function twoHosts(): { one: NetworkNamespace; two: NetworkNamespace } {
  const one = make();
  const two = make();
  one.addVeth(two, { name: 'veth0', peerName: 'veth0' });
  one.addAddress('veth0', '192.168.0.1/24');
  two.addAddress('veth0', '192.168.0.2/24');
  return { one, two };
}

describeNeeding(canMakeNamespaces, 'no CAP_SYS_ADMIN')('NetworkNamespace', () => {
  test('create leaves the thread where it was, and lo is up inside', () => {
    const home = here();
    const namespace = make();
    expect(here()).toBe(home);
    expect(namespace.run(here)).not.toBe(home);
    expect(namespace.listLinks()).toMatchObject([{ name: 'lo', index: 1, isUp: true }]);
    expect(namespace.listAddresses()).toMatchObject([{ address: '127.0.0.1', prefixLength: 8 }, { address: '::1' }]);
  });

  test('run goes back after a throw, and through nested calls', () => {
    const home = here();
    const outer = make();
    const inner = make();
    const seen = outer.run(() => {
      const first = here();
      const second = inner.run(here);
      return [first, second, here()];
    });
    expect(seen[0]).not.toBe(home);
    expect(seen[1]).not.toBe(seen[0]);
    expect(seen[2]).toBe(seen[0]);
    expect(() =>
      outer.run(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(here()).toBe(home);
  });

  test('run refuses a function that returns a promise', () => {
    const home = here();
    const namespace = make();
    expect(() => namespace.run(async () => 1)).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }));
    expect(() => namespace.run(() => Promise.reject(new Error('unseen')))).toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT_INVALID' }),
    );
    expect(here()).toBe(home);
  });

  test('the same address and port can be held in two namespaces', () => {
    const bindInside = (namespace: NetworkNamespace): Socket =>
      namespace.run(() => use(Socket.open({}))).bind({ address: '127.0.0.1', port: 80 });
    const [one, two] = [make(), make()];
    // It listens, since before Linux 6.8 what is only bound is not listed.
    bindInside(one).listen();
    bindInside(two).listen();
    expect(() => bindInside(one)).toThrow(expect.objectContaining({ code: 'EADDRINUSE' }));
    expect(one.run(() => listSockets())).toHaveLength(1);
  });

  test('asks through netlink sockets that stay open until it is closed', () => {
    const before = openDescriptors();
    const [one, two] = [NetworkNamespace.create(), NetworkNamespace.create()];
    const listener = one
      .run(() => Socket.open({}))
      .bind({ address: '127.0.0.1', port: 80 })
      .listen();
    const ask = (): unknown => [one.listSockets(), one.listLinks(), two.listSockets(), two.listLinks()];
    ask();
    const open = openDescriptors();
    for (let round = 0; round < 3; round++) ask();
    expect(openDescriptors()).toBe(open);
    expect(one.listSockets()).toMatchObject([{ state: 'LISTEN', localPort: 80 }]);
    expect(two.listSockets()).toEqual([]);
    // What the kernel refuses leaves the socket as it was.
    expect(() => two.getLink('eth7')).toThrow(expect.objectContaining({ code: 'ENODEV' }));
    expect(two.run(() => two.getLink('lo').name)).toBe('lo');
    // Of another namespace inside this one, its own.
    expect(one.run(() => two.run(() => listSockets()))).toEqual([]);
    listener.close();
    one.close();
    two.close();
    expect(() => one.listSockets()).toThrow(expect.objectContaining({ code: 'ERR_NAMESPACE_CLOSED' }));
    expect(openDescriptors()).toBe(before);
  });

  test('current is the namespace the thread is in, and outlives the one it was taken from', () => {
    const namespace = NetworkNamespace.create();
    const inside = namespace.run(here);
    const second = use(namespace.run(() => NetworkNamespace.current()));
    namespace.close();
    expect(second.run(here)).toBe(inside);
  });

  test('close twice is fine, anything else after it is ERR_NAMESPACE_CLOSED', () => {
    const namespace = NetworkNamespace.create();
    namespace.close();
    namespace.close();
    expect(() => namespace.run(() => 1)).toThrow(expect.objectContaining({ code: 'ERR_NAMESPACE_CLOSED' }));
    expect(() => namespace.fd).toThrow(expect.objectContaining({ code: 'ERR_NAMESPACE_CLOSED' }));
  });

  test('a worker thread has a way there and back of its own', async () => {
    const home = here();
    const worker = new Worker(
      `import('${new URL('../../dist/index.js', import.meta.url).href}').then(({ NetworkNamespace }) => {
        const here = () => require('node:fs').readlinkSync('/proc/thread-self/ns/net');
        const namespace = NetworkNamespace.create();
        const seen = [here(), namespace.run(here), here()];
        namespace.close();
        require('node:worker_threads').parentPort.postMessage(seen);
      })`,
      { eval: true },
    );
    const [seen] = await once(worker, 'message');
    await worker.terminate();
    expect(seen).toEqual([home, expect.not.stringContaining(home), home]);
    expect(here()).toBe(home);
  });

  test('leaves no descriptor behind, whatever fails inside', () => {
    const round = (): void => {
      using one = NetworkNamespace.create();
      using two = NetworkNamespace.create();
      one.addVeth(two, { name: 'veth0', peerName: 'veth1' });
      expect(() => one.addAddress('nothing', '10.0.0.1/8')).toThrow();
      expect(() => one.sysctl('net.ipv4.nothing')).toThrow();
    };
    round();
    const before = openDescriptors();
    for (let i = 0; i < 5; i += 1) round();
    expect(openDescriptors()).toBe(before);
  });

  test('two hosts: a connection crosses the veth, and waits while the link is down', async () => {
    const { one, two } = twoHosts();
    const listener = one
      .run(() => use(Socket.open({})))
      .bind({ address: '192.168.0.1', port: 80 })
      .listen();
    const near = two.run(() => use(Socket.open({})));
    await near.connect({ address: '192.168.0.1', port: 80 }, { timeoutMs: 2000 });
    const far = use(await listener.accept({ timeoutMs: 2000 }));
    expect(near.getsockname()).toMatchObject({ address: '192.168.0.2' });
    expect(one.run(() => listSockets({ state: 'ESTABLISHED' }))).toMatchObject([
      { localAddress: '192.168.0.1', remoteAddress: '192.168.0.2' },
    ]);

    one.setLink('veth0', { up: false });
    expect(two.getLink('veth0')).toMatchObject({ isUp: true, hasCarrier: false });
    // It has no carrier to wait for.
    two.settleLink('veth0');
    await near.send(Buffer.from('hello'));
    expect(two.run(() => listSockets({ remotePort: 80 }))).toMatchObject([{ sendQueue: 5 }]);
    expect(far.tryRecv()).toBeUndefined();

    one.setLink('veth0', { up: true });
    two.settleLink('veth0');
    // Not getLink(), which Linux 6.14 answers only when the link sends (rtnl_getlink()).
    expect(two.listLinks()).toContainEqual(expect.objectContaining({ hasCarrier: true, operState: 'UP' }));
    expect((await far.recv({ timeoutMs: 5000 })).toString()).toBe('hello');
  });

  test('addVeth returns when both ends send', () => {
    // The first end has to wait for a work of the kernel; the state of the second may be told a second later than it sends.
    const seen = Array.from({ length: 30 }, () => {
      const [first, second] = [make(), make()];
      first.addVeth(second, { name: 'veth0', peerName: 'veth0' });
      return first.listLinks().find(({ name }) => name === 'veth0')?.operState;
    });
    expect(seen).toEqual(Array.from({ length: 30 }, () => 'UP'));
  });

  test('setLink changes MTU, hardware address and name', () => {
    const { one } = twoHosts();
    expect(one.getLink('veth0')).toMatchObject({ mtu: 1500, kind: 'veth' });
    one.setLink('veth0', { mtu: 1400, hardwareAddress: '02:00:00:00:00:01' });
    expect(one.getLink('veth0')).toMatchObject({ mtu: 1400, hardwareAddress: '02:00:00:00:00:01' });
    one.setLink('veth0', { up: false });
    one.setLink('veth0', { name: 'wire' });
    expect(one.getLink('wire').index).toBeGreaterThan(1);
    expect(() => one.getLink('veth0')).toThrow(expect.objectContaining({ code: 'ENODEV' }));
  });

  test('a link set up with addrGenMode none gets no IPv6 address, and one with eui64 does', (context) => {
    needs(context, existsSync('/proc/net/if_inet6'), 'no IPv6');
    const one = make();
    const ofIPv6 = (name: string): string[] => {
      const { index } = one.getLink(name);
      return one.listAddresses().flatMap((row) => (row.interfaceIndex === index ? [row.address] : []));
    };
    one.addVeth(one, { name: 'veth0', peerName: 'veth1', up: false });
    expect(one.getLink('veth0').addrGenMode).toBe('eui64');
    one.setLink('veth1', { up: true });
    one.setLink('veth0', { addrGenMode: 'none', up: true });
    expect(one.getLink('veth0')).toMatchObject({ addrGenMode: 'none', isUp: true });
    expect(one.sysctl('net.ipv6.conf.veth0.addr_gen_mode')).toBe('1');
    expect(ofIPv6('veth0')).toEqual([]);
    one.setLink('veth0', { up: false });
    one.setLink('veth0', { addrGenMode: 'eui64', up: true });
    expect(ofIPv6('veth0')).toEqual([expect.stringMatching(/^fe80::/)]);
  });

  test('deleting one end of a veth pair deletes the other', () => {
    const { one, two } = twoHosts();
    expect(two.listLinks()).toHaveLength(2);
    one.deleteLink('veth0');
    expect(two.listLinks()).toMatchObject([{ name: 'lo' }]);
  });

  test('an address of the articles on lo can be bound to until it is removed', () => {
    const namespace = make();
    const bind = (): void => {
      using socket = namespace.run(() => Socket.open({}));
      socket.bind({ address: '192.168.0.1', port: 80 });
    };
    expect(bind).toThrow(expect.objectContaining({ code: 'EADDRNOTAVAIL' }));
    namespace.addAddress('lo', '192.168.0.1/24');
    bind();
    namespace.removeAddress('lo', '192.168.0.1/24');
    expect(bind).toThrow(expect.objectContaining({ code: 'EADDRNOTAVAIL' }));
  });

  test('an IPv6 address is tentative with duplicate address detection, and usable at once without', () => {
    const { one } = twoHosts();
    one.addAddress('veth0', 'fd00::1/64');
    one.addAddress('veth0', 'fd00::3/64', { duplicateDetection: true });
    const added = one.listAddresses().filter(({ address }) => address.startsWith('fd00:'));
    expect(added.toSorted((a, b) => a.address.localeCompare(b.address))).toMatchObject([
      { address: 'fd00::1', isTentative: false, prefixLength: 64 },
      { address: 'fd00::3', isTentative: true },
    ]);
  });

  test('routes are added and deleted, by gateway and by interface, IPv4 and IPv6', () => {
    const { one } = twoHosts();
    one.addAddress('veth0', 'fd00::1/64');
    const added = [
      { to: 'default', via: '192.168.0.2' },
      { to: '10.0.0.0/8', interface: 'veth0' },
      { to: '172.16.0.0/12', via: '192.168.0.2', interface: 'veth0', metric: 5, source: '192.168.0.1' },
      { to: 'default', via: 'fd00::2' },
      { to: 'fd01::/16', interface: 'veth0' },
    ];
    const before = one.listRoutes();
    for (const route of added) one.addRoute(route);
    const index = one.getLink('veth0').index;
    const fresh = one
      .listRoutes()
      .filter((route) => !before.some((old) => old.family === route.family && old.to === route.to));
    expect(fresh).toHaveLength(5);
    expect(fresh).toEqual(
      expect.arrayContaining([
        { family: 'IPv4', to: 'default', gateway: '192.168.0.2', interfaceIndex: index },
        { family: 'IPv4', to: '10.0.0.0/8', interfaceIndex: index },
        {
          family: 'IPv4',
          to: '172.16.0.0/12',
          gateway: '192.168.0.2',
          interfaceIndex: index,
          metric: 5,
          source: '192.168.0.1',
        },
        expect.objectContaining({ family: 'IPv6', to: 'default', gateway: 'fd00::2' }),
        expect.objectContaining({ family: 'IPv6', to: 'fd01::/16', interfaceIndex: index }),
      ]),
    );
    for (const route of added) one.deleteRoute(route);
    expect(one.listRoutes()).toEqual(before);
    expect(() => one.deleteRoute({ to: '10.0.0.0/8' })).toThrow(expect.objectContaining({ code: 'ESRCH' }));
  });

  test('a permanent neighbour takes the place of ARP', async () => {
    const one = make();
    const two = make();
    one.addVeth(two, { name: 'veth0', peerName: 'veth0', peerHardwareAddress: '02:00:00:00:00:02' });
    one.addAddress('veth0', '192.168.0.1/24');
    two.addAddress('veth0', '192.168.0.2/24');
    const receiver = two.run(() => use(Socket.open({ type: 'dgram' }))).bind({ port: 9 });
    const sender = one.run(() => use(Socket.open({ type: 'dgram' })));
    await sender.connect({ address: '192.168.0.2', port: 9 });
    // With a wrong neighbour nothing arrives: the address of the frame is not the receiver's.
    one.addNeighbour({ interface: 'veth0', address: '192.168.0.2', hardwareAddress: '02:00:00:00:00:99' });
    await sender.send(Buffer.from('lost'));
    one.addNeighbour({ interface: 'veth0', address: '192.168.0.2', hardwareAddress: '02:00:00:00:00:02' });
    await sender.send(Buffer.from('found'));
    expect((await receiver.recv({ timeoutMs: 2000 })).toString()).toBe('found');
    one.removeNeighbour({ interface: 'veth0', address: '192.168.0.2' });
    expect(() => one.removeNeighbour({ interface: 'veth0', address: '192.168.0.77' })).toThrow(
      expect.objectContaining({ syscall: 'RTM_DELNEIGH' }),
    );
  });

  test('a sysctl of one namespace is not that of another', () => {
    const [one, two] = [make(), make()];
    expect(one.sysctl('net.ipv4.tcp_fin_timeout')).toBe('60');
    one.setSysctl('net.ipv4.tcp_fin_timeout', 7);
    expect(one.sysctl('net.ipv4.tcp_fin_timeout')).toBe('7');
    expect(two.sysctl('net/ipv4/tcp_fin_timeout')).toBe('60');
    one.setSysctl('net.ipv4.ip_local_port_range', '40000 40010');
    expect(one.sysctl('net.ipv4.ip_local_port_range')).toBe('40000\t40010');
  });

  test.each<[string, (namespace: NetworkNamespace) => unknown, object]>([
    [
      'a sysctl that is not there',
      (n) => n.sysctl('net.ipv4.nothing'),
      { code: 'ENOENT', syscall: 'open', option: 'net.ipv4.nothing' },
    ],
    [
      'a value it does not take',
      (n) => n.setSysctl('net.ipv4.tcp_fin_timeout', 'x'),
      { code: 'EINVAL', syscall: 'write' },
    ],
    [
      'a value that is no integer',
      (n) => n.setSysctl('net.ipv4.tcp_fin_timeout', 1.5),
      { code: 'ERR_ARGUMENT_INVALID' },
    ],
    ['a way out of net', (n) => n.sysctl('net/../kernel/hostname'), { code: 'ERR_ARGUMENT_INVALID' }],
    ['dots for a way out', (n) => n.sysctl('net....kernel'), { code: 'ERR_ARGUMENT_INVALID' }],
    ['a sysctl of the whole machine', (n) => n.setSysctl('kernel.hostname', 'x'), { code: 'ERR_ARGUMENT_INVALID' }],
    ['an unknown interface', (n) => n.addAddress('nope', '10.0.0.1/8'), { code: 'ENODEV', address: 'nope' }],
    [
      'an address that is there',
      (n) => n.addAddress('lo', '127.0.0.1/8'),
      { code: 'EEXIST', address: '127.0.0.1/8 dev lo' },
    ],
    ['an address that is not', (n) => n.removeAddress('lo', '10.0.0.1/8'), { code: 'EADDRNOTAVAIL' }],
    ['a gateway out of reach', (n) => n.addRoute({ to: 'default', via: '10.0.0.1' }), { code: 'ENETUNREACH' }],
    ['half an address', (n) => n.addAddress('lo', '10.0.0/8'), { code: 'ERR_ADDRESS_INVALID' }],
    [
      'a gateway with a prefix',
      (n) => n.addRoute({ to: 'default', via: '10.0.0.1/8' }),
      { code: 'ERR_ADDRESS_INVALID' },
    ],
    ['a name too long', (n) => n.getLink('0123456789abcdef'), { code: 'ERR_ARGUMENT_INVALID' }],
    ['a slash in a name', (n) => n.addVeth(n, { name: 'a/b', peerName: 'c' }), { code: 'ERR_ARGUMENT_INVALID' }],
    ['half a hardware address', (n) => n.setLink('lo', { hardwareAddress: '02:00' }), { code: 'ERR_ARGUMENT_INVALID' }],
    ['a misspelt setting of a link', (n) => n.setLink('lo', { upp: true } as object), { code: 'ERR_ARGUMENT_INVALID' }],
    [
      'a misspelt setting of a route',
      (n) => n.addRoute({ to: 'default', gateway: '10.0.0.1' } as never),
      { code: 'ERR_ARGUMENT_INVALID' },
    ],
    ['an MTU below zero', (n) => n.setLink('lo', { mtu: -1 }), { code: 'ERR_OUT_OF_RANGE' }],
    [
      'a mode that is none',
      (n) => n.setLink('lo', { addrGenMode: 'eui' as 'eui64' }),
      { code: 'ERR_ARGUMENT_INVALID' },
    ],
    ['half a byte of MTU', (n) => n.setLink('lo', { mtu: 1.5 }), { code: 'ERR_OUT_OF_RANGE' }],
  ])('refuses %s', (_, work, error) => {
    const home = here();
    const namespace = make();
    expect(() => work(namespace)).toThrow(expect.objectContaining(error));
    expect(here()).toBe(home);
  });

  test('an error of the kernel comes with its own sentence', () => {
    // One that Linux 6.1 has too: fib_check_nh_v4_gw().
    expect(() => make().addRoute({ to: '10.9.0.0/16', via: '10.8.0.1' })).toThrow(
      expect.objectContaining({ kernelMessage: expect.any(String) }),
    );
  });
});

describe.skipIf(canMakeNamespaces || process.platform !== 'linux')('NetworkNamespace without CAP_SYS_ADMIN', () => {
  test('create fails with EPERM, or ENOSPC where the limit is 0', () => {
    const code = expect.stringMatching(/^(EPERM|ENOSPC)$/);
    const syscall = expect.stringMatching(/^(unshare|setns)$/);
    expect(() => NetworkNamespace.create()).toThrow(expect.objectContaining({ code, syscall }));
  });
});

describe('in a user namespace with the network of the one outside', () => {
  // As root of it, which may unshare(2), and setns(2) back to a network that is not its own may not.
  const script = `
    import { namespacesAvailable, NetworkNamespace } from ${JSON.stringify(built)};
    import { readlinkSync } from 'node:fs';
    const home = readlinkSync('/proc/thread-self/ns/net');
    let refused;
    try { NetworkNamespace.create().close(); } catch ({ code, syscall }) { refused = { code, syscall }; }
    const isHome = readlinkSync('/proc/thread-self/ns/net') === home;
    console.log(JSON.stringify({ refused, isHome, access: namespacesAvailable() }));`;

  test('create is refused before the thread leaves, and a further user namespace is offered', async (context) => {
    const isRefused = (await run('unshare', ['--user', '--map-root-user', 'true'])).code !== 0;
    needs(context, !isRefused, 'unshare(1) makes no user namespace here');
    const node = [process.execPath, '--input-type=module', '-e', script];
    const { stdout, stderr } = await run('unshare', ['--user', '--map-root-user', ...node]);
    expect(stderr).toBe('');
    const { access, ...found } = JSON.parse(stdout) as { access: NamespaceAccess };
    expect(found).toEqual({ refused: { code: 'EPERM', syscall: 'setns' }, isHome: true });
    expect(access.how).not.toBe('root');
  });
});

describeNeeding(canMakeNamespaces, 'needs CAP_SYS_ADMIN')('a namespace whose descriptor somebody else closed', () => {
  test('is reported by close(), and who has the number now keeps it', () => {
    const namespace = NetworkNamespace.create();
    const { fd } = namespace;
    closeSync(fd);
    // The kernel gives the lowest number that is free.
    const sockets = [Socket.open()];
    while ((sockets.at(-1)?.fd ?? fd) < fd) sockets.push(Socket.open());
    const socket = sockets.at(-1);
    expect(socket?.fd).toBe(fd);
    expect(() => namespace.close()).toThrow(expect.objectContaining({ code: 'EBADF', syscall: 'close' }));
    expect(socket?.getsockname().port).toBe(0);
    namespace.close();
    for (const one of sockets) one.close();
  });

  test('is not asked through a netlink socket that somebody else closed, and who has the number now keeps it', () => {
    const before = new Set(readdirSync('/proc/self/fd'));
    const namespace = NetworkNamespace.create();
    namespace.listSockets();
    const isNew = (fd: string): boolean => !before.has(fd) && readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    // The directory's own descriptor is gone by now.
    const kept = readdirSync('/proc/self/fd')
      .filter((fd) => existsSync(`/proc/self/fd/${fd}`) && isNew(fd))
      .map(Number);
    expect(kept).toHaveLength(2);
    for (const fd of kept) closeSync(fd);
    const highest = Math.max(...kept);
    const sockets = [Socket.open()];
    while ((sockets.at(-1)?.fd ?? highest) < highest) sockets.push(Socket.open());
    expect(sockets.map(({ fd }) => fd)).toEqual(expect.arrayContaining(kept));
    expect(namespace.listLinks().map(({ name }) => name)).toEqual(['lo']);
    expect(namespace.listSockets()).toEqual([]);
    namespace.close();
    for (const one of sockets) {
      expect(one.getsockname().port).toBe(0);
      one.close();
    }
  });

  test.each(['closed', 'another file'])('does not end the process when it is collected: %s', async (what) => {
    const { code, stdout, stderr } = await runScript(`
      const { closeSync } = await import('node:fs');
      const { NetworkNamespace } = await import(${JSON.stringify(built)});
      let warned = 0;
      process.on('warning', ({ code }) => { if (code === 'SOCKWISE_UNCLOSED_NAMESPACE') warned++; });
      const make = () => { const { fd } = NetworkNamespace.create(); closeSync(fd); return fd; };
      const fd = make();
      const sockets = [];
      if (${JSON.stringify(what)} !== 'closed') do sockets.push(Socket.open()); while (sockets.at(-1).fd < fd);
      const socket = sockets.at(-1);
      for (let i = 0; i < 200 && warned === 0; i++) { gc(); await new Promise(setImmediate); }
      console.log(warned, socket === undefined || (socket.fd === fd && socket.getsockname().port === 0));
    `);
    expect([code, stdout]).toEqual([0, '1 true\n']);
    expect(stderr).not.toContain('EBADF');
  });
});

test('a look at the namespace one is in takes no rights', async (context) => {
  needs(context, canDropPrivileges, cannotDropPrivileges);
  const { stdout, stderr } = await runAsUser(`
    import { NetworkNamespace } from ${JSON.stringify(built)};
    const here = NetworkNamespace.current();
    console.log(here.getLink('lo').index, here.run(() => here.listLinks().length > 0));
    try { NetworkNamespace.create(); } catch ({ code }) { console.log(code); }
  `);
  expect(stdout, stderr).toBe('1 true\nEPERM\n');
});
