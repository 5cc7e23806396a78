import { describe, expect, test } from 'vitest';
import { pktScript } from '../../../src/lab/draw/pkt-script.js';
import { encodeDatagram } from '../../../src/lab/network/peer/datagram.js';
import { Protocol } from '../../../src/lab/network/peer/frame.js';
import { encodeIcmp, quoted } from '../../../src/lab/network/peer/icmp.js';
import { encodeSegment } from '../../../src/lab/network/peer/segment.js';
import { experiment, type Experiment } from '../../../src/lab/run/experiment.js';
import { obstaclesOf } from '../../../src/lab/pkt/support.js';
import { parsePkt } from '../../../src/lab/pkt/parse.js';
import type { TracePacket } from '../../../src/lab/record/trace.js';
import { message, pathMtu, refusedDatagram } from '../../support/packet-traces.js';
import { canMakeNamespaces } from '../../support/namespaces.js';
import { play } from './play.js';

const passive = experiment('A reset after a request', async ({ host, peer, mark }) => {
  const server = host('server');
  const far = await peer('peer', server);
  const listener = server.listen(8080);
  const connection = far.connection({ localPort: 40_000, remotePort: 8080 });
  await connection.connect({ options: { mss: 1000 } });
  const socket = await listener.accept();
  mark('the request');
  connection.send('PSH ACK', { data: 'hello' });
  await connection.expect('ACK');
  await socket.recv();
  await socket.send('x'.repeat(20));
  await connection.expect({ length: 20 });
  socket.shutdown('write');
  await connection.expect('FIN ACK');
  connection.send('RST ACK');
  await socket.expect('recv', 'ECONNRESET');
  socket.close();
});

const active = experiment('A refused connect', async ({ host, peer }) => {
  const client = host('client');
  const far = await peer('peer', client);
  const connection = far.connection({ localPort: 80 });
  const socket = client.open();
  socket.tryConnect({ address: far.address, port: 80 });
  await connection.expect('SYN');
  connection.send('RST ACK');
  await socket.expect('recv', 'ECONNREFUSED');
});

const unreachable = experiment('A connect that ICMP ends', async ({ host, peer, settle }) => {
  const client = host('client');
  const far = await peer('peer', client);
  const socket = client.open();
  socket.tryConnect({ address: far.address, port: 80 });
  await settle();
  const syn = far.take(({ flags }) => flags.includes('SYN'));
  if (syn === undefined) throw new Error('no SYN has come');
  const payload = encodeSegment(syn, client.address, far.address);
  const body = quoted({ source: client.address, destination: far.address, protocol: Protocol.TCP, payload });
  far.sendPacket(encodeIcmp({ source: far.address, destination: client.address, numbers: [3, 3], body }));
  await socket.expect('recv', 'ECONNREFUSED');
});

const datagrams = experiment('UDP, and nobody there', async ({ host, peer, settle }) => {
  const client = host('client');
  const far = await peer('peer', client);
  const ends = { source: far.address, destination: client.address };
  const [sourcePort, destinationPort] = [53, 5353];
  const socket = client.open({ type: 'dgram' });
  socket.bind({ port: destinationPort });
  await socket.send('x'.repeat(12), { address: { address: far.address, port: sourcePort } });
  far.sendPacket(encodeDatagram({ ...ends, sourcePort, destinationPort, payload: new Uint8Array(20) }));
  await socket.recv();
  await socket.connect({ address: far.address, port: sourcePort });
  await socket.send('yy');
  const about = { source: client.address, destination: far.address, sourcePort: 5353, destinationPort: 53 };
  const body = quoted(encodeDatagram({ ...about, payload: new Uint8Array(2) }), 8);
  far.sendPacket(encodeIcmp({ ...ends, numbers: [3, 3], body }));
  await socket.expect('recv', 'ECONNREFUSED');
  socket.close();
  far.sendPacket(encodeDatagram({ ...ends, sourcePort, destinationPort, payload: new Uint8Array(7) }));
  far.sendPacket(encodeIcmp({ ...ends, numbers: [8, 0], id: 9, body: new Uint8Array(4) }));
  await settle();
});

describe.skipIf(!canMakeNamespaces)('an experiment as a script of packetdrill (needs network namespaces)', () => {
  test.each([
    ['a passive open', passive, ['< S 0:0(0) win 65000 <mss 1000>', '> F. 21:21(0) ack 6 <...>', '// the request']],
    ['a message of ICMP', unreachable, ['< icmp unreachable port_unreachable [0:0(0)]', '= -1 ECONNREFUSED']],
    [
      'UDP',
      datagrams,
      [
        ...['sendto(3, ..., 12, 0, ..., ...) = 12', '> udp (12)', '< udp (20)', 'write(3, ..., 2) = 2'],
        ...['< icmp unreachable port_unreachable [udp (2)]', '> icmp unreachable port_unreachable [udp (7)]'],
        ...['< icmp echo_request id 9 [raw (12)]', '> icmp echo_reply id 9 [raw (12)]'],
      ],
    ],
    ['an active open', active, ['= -1 EINPROGRESS', '> S 0:0(0) <...>', '--connect_port=80', '= -1 ECONNREFUSED']],
  ] satisfies [string, Experiment, string[]][])(
    '%s comes out as written when it is played',
    async (_, script, parts) => {
      const { text, cannot } = pktScript(await script.run());
      expect(cannot).toEqual([]);
      for (const part of parts) expect(text).toContain(part);
      expect(obstaclesOf(parsePkt(text, 'x.pkt'), {})).toEqual([]);
      await play(text, 'x.pkt');
      // It can fail.
      const changed = text.replace(/(< [^\n]*)R\./, '$1.').replace('port_unreachable', 'host_prohibited');
      await expect(play(changed, 'x.pkt')).rejects.toThrow(/x\.pkt:\d+: /);
    },
  );

  test('a message that has no names there, or says not what it is about, is named, not written', () => {
    const hosts = refusedDatagram.hosts.map((one) => ({ ...one, scripted: one.name === 'server' }));
    const of = (change: Partial<TracePacket>): ReturnType<typeof pktScript> =>
      pktScript({ ...refusedDatagram, hosts, packets: [message(1, 3, 3, change)] });
    const ends = { source: { address: '192.168.0.1' }, destination: { address: '192.168.0.2' } };
    expect(of({ about: { protocol: 'UDP', ...ends, length: 9 } })).toMatchObject({
      text: expect.stringContaining('< icmp unreachable port_unreachable [udp (9)]'),
    });
    for (const about of [undefined, { protocol: 'UDP', ...ends }, { protocol: 'TCP', ...ends, length: 9 }])
      expect(of({ ...(about && { about }) })).toMatchObject({
        text: expect.not.stringContaining('icmp'),
        cannot: expect.arrayContaining(['ICMP port unreachable of server']),
      });
    const [line] = pathMtu.packets ?? [];
    const ofPeer = { ...refusedDatagram, hosts, packets: line === undefined ? [] : [{ ...line, from: 'server' }] };
    expect(pktScript(ofPeer).text).toContain('< icmp unreachable frag_needed mtu 1200 [1:1401(1400)]');
  });

  test('what a script cannot say is told, and stands in it', async () => {
    const two = experiment('Two hosts', ({ host }) => {
      host('a');
      host('b');
    });
    expect(pktScript(await two.run()).cannot).toEqual(['a script has one host and a scripted peer']);
    const clock = experiment('Timestamps', async ({ host, peer }) => {
      const server = host('server');
      const far = await peer('peer', server);
      server.listen(8080);
      await far.connection({ localPort: 40_000, remotePort: 8080, clock: 5 }).connect();
    });
    const { text, cannot } = pktScript(await clock.run());
    expect(cannot).toContain('timestamps of the peer: a script names those of the host that it echoes');
    for (const what of cannot) expect(text).toContain(`// Not in this script: ${what}`);
  });
});
