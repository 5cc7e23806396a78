import { expect, test } from 'vitest';
import { experimentsHtml } from '../../../src/lab/draw/page/experiments.js';
import { ladderSvg } from '../../../src/lab/draw/ladder/svg.js';
import { ladderText } from '../../../src/lab/draw/ladder/text.js';
import type { Host } from '../../../src/lab/network/host.js';
import type { Trace } from '../../../src/lab/record/trace.js';
import { experiment, type ExperimentContext } from '../../../src/lab/run/experiment.js';
import { canMakeNamespaces } from '../../support/namespaces.js';
import { describeNeeding } from '../../support/needs.js';

function run(script: (context: ExperimentContext) => Promise<void>): Promise<Trace> {
  return experiment('other packets', { limitMs: 20_000 }, script).run();
}

const brief: Readonly<Record<string, string>> = {
  'ICMP fragmentation needed, MTU 1200': 'ICMP frag needed, MTU 1200',
  'ICMPv6 packet too big, MTU 1280': 'ICMPv6 too big, MTU 1280',
};

/** Every form has the words of each label. */
function expectDrawn(trace: Trace, labels: readonly string[]): void {
  const [text, svg, html] = [ladderText(trace, 120), ladderSvg(trace), experimentsHtml([trace])];
  for (const label of labels) {
    expect(text).toContain(label);
    expect(html).toContain(`: ${label}`);
    // Three hosts leave it less room.
    expect(svg.includes(`>${label}`) || svg.includes(`>${brief[label] ?? label}<`)).toBe(true);
  }
  for (const form of [text, svg, html]) expect(form).not.toContain('not drawn');
}

interface Family {
  readonly family: 'IPv4' | 'IPv6';
  readonly client: string;
  readonly router: string;
  readonly server: string;
  readonly prefix: number;
  readonly forwarding: string;
}

const families: readonly [Family, Family] = [
  {
    family: 'IPv4',
    client: '10.0.1.1',
    router: '10.0.0.9',
    server: '10.0.2.1',
    prefix: 32,
    forwarding: 'net.ipv4.ip_forward',
  },
  {
    family: 'IPv6',
    client: 'fd01::1',
    router: 'fd00::9',
    server: 'fd02::1',
    prefix: 128,
    forwarding: 'net.ipv6.conf.all.forwarding',
  },
];

/** What comes to the server goes by the router, whose link to it takes packets of `mtu` bytes, and back. */
function routed(hosts: readonly [Host, Host, Host], settings: Family, mtu: number): void {
  const [client, router, server] = hosts.map(({ namespace }) => namespace);
  if (client === undefined || router === undefined || server === undefined) throw new Error('a host has no namespace');
  const { prefix } = settings;
  const hardware = (namespace: typeof router, link: string): string => namespace.getLink(link).hardwareAddress ?? '';
  router.setSysctl(settings.forwarding, 1);
  client.addAddress('eth0', `${settings.client}/${prefix}`);
  server.addAddress('eth1', `${settings.server}/${prefix}`);
  for (const link of ['eth0', 'eth1']) router.addAddress(link, `${settings.router}/${prefix}`);
  // Each knows its neighbours, so that nobody has to look for them.
  const nextTo = (namespace: typeof router, link: string, address: string, other: string): void => {
    namespace.addNeighbour({ interface: link, address, hardwareAddress: other });
    namespace.addRoute({ to: `${address}/${prefix}`, interface: link });
  };
  nextTo(router, 'eth0', settings.client, hardware(client, 'eth0'));
  nextTo(router, 'eth1', settings.server, hardware(server, 'eth1'));
  nextTo(client, 'eth0', settings.router, hardware(router, 'eth0'));
  nextTo(server, 'eth1', settings.router, hardware(router, 'eth1'));
  client.addRoute({ to: `${settings.server}/${prefix}`, via: settings.router, source: settings.client });
  server.addRoute({ to: `${settings.client}/${prefix}`, via: settings.router, source: settings.server });
  router.setLink('eth1', { mtu });
}

/** A connection through the router, and 1400 bytes that are too long for its second link at first. */
async function throughRouter({ host }: ExperimentContext, settings: Family, mtu: number): Promise<void> {
  const { family, server: address } = settings;
  const hosts = [host('client'), host('router'), host('server')] as const;
  const [client, , server] = hosts;
  routed(hosts, settings, mtu);
  const listener = server.open({ family }).bind({ address, port: 80 }).listen();
  const c = await client.open({ family }).connect({ address, port: 80 });
  const s = await listener.accept();
  await c.send('x'.repeat(1400));
  for (let got = 0; got < 1400; ) got += (await s.recv()).length;
}

describeNeeding(canMakeNamespaces, 'only root can make network namespaces in this process')(
  'what is no segment',
  () => {
    test.each(['IPv4', 'IPv6'] as const)(
      'datagrams over %s, and the answer of a port that is closed',
      async (family) => {
        const isV6 = family === 'IPv6';
        const trace = await run(async ({ host }) => {
          const [server, client] = [host('server'), host('client')];
          server.namespace?.addAddress('eth0', 'fd00::1/64');
          client.namespace?.addAddress('eth0', 'fd00::2/64');
          const place = { address: isV6 ? 'fd00::1' : server.address, port: 53 };
          const sink = server.open({ family, type: 'dgram', name: 'sink' }).bind(place);
          const source = await client.open({ family, type: 'dgram' }).connect(place);
          await source.send('hello');
          await sink.expect('recv', 'hello');
          sink.close();
          await source.send('nobody');
          await source.expect('recv', 'ECONNREFUSED');
        });
        const [first, second, answer] = trace.packets ?? [];
        expect(trace.packets).toHaveLength(3);
        expect(first).toMatchObject({
          protocol: 'UDP',
          from: 'client',
          to: 'server',
          length: 5,
          destination: { port: 53 },
        });
        expect(first?.receivedMs).toBeGreaterThanOrEqual(first?.sentMs ?? Infinity);
        expect(answer).toMatchObject({
          from: 'server',
          to: 'client',
          protocol: isV6 ? 'ICMPv6' : 'ICMP',
          type: isV6 ? 1 : 3,
          code: isV6 ? 4 : 3,
          about: { protocol: 'UDP', source: first?.source, destination: second?.destination, length: 6 },
        });
        expectDrawn(trace, ['UDP 5 bytes', 'UDP 6 bytes', `${isV6 ? 'ICMPv6' : 'ICMP'} port unreachable, about UDP `]);
      },
    );

    test.each([
      ['IPv4', families[0], 1200, { protocol: 'ICMP', type: 3, code: 4 }, 'ICMP fragmentation needed, MTU 1200'],
      ['IPv6', families[1], 1280, { protocol: 'ICMPv6', type: 2, code: 0 }, 'ICMPv6 packet too big, MTU 1280'],
    ] as const)('a router of %s says the MTU of its next hop', async (_, settings, mtu, kind, label) => {
      const trace = await run((context) => throughRouter(context, settings, mtu));
      const { packets = [], segments } = trace;
      expect(packets).toHaveLength(1);
      const port = segments[0]?.source.port;
      expect(packets[0]).toMatchObject({
        ...kind,
        from: 'router',
        to: 'client',
        mtu,
        about: {
          protocol: 'TCP',
          source: { address: settings.client, port },
          destination: { address: settings.server, port: 80 },
          seq: 1,
          length: 1400,
        },
      });
      // What a router sends on is not sent again, and it has no sockets.
      const opening = segments.filter(({ from, flags }) => from === 'router' && flags.includes('SYN'));
      expect(opening.map(({ retransmission }) => retransmission)).toEqual([false, false]);
      expect(new Set(trace.states.map(({ host }) => host))).toEqual(new Set(['client', 'server']));
      // It came between the segment that was too long and the shorter ones.
      const sentBy = (name: string): readonly number[] =>
        segments.flatMap(({ from, length, sentMs }) => (from === name && length > 0 ? [sentMs] : []));
      const [long = Infinity, short = 0] = sentBy('client');
      expect(packets[0]?.sentMs).toBeGreaterThan(long);
      expect(packets[0]?.sentMs).toBeLessThan(short);
      expectDrawn(trace, [label]);
      expect(ladderText(trace, 200)).toContain(`${label}, about ${port}>80`);
    });
  },
);
