import { describe, expect, test } from 'vitest';
import { pktScript } from '../../../src/lab/draw/pkt-script.js';
import { Protocol } from '../../../src/lab/network/peer/frame.js';
import { encodeIcmp, quoted } from '../../../src/lab/network/peer/icmp.js';
import { encodeSegment } from '../../../src/lab/network/peer/segment.js';
import { experiment, type Experiment } from '../../../src/lab/run/experiment.js';
import { obstaclesOf } from '../../../src/lab/pkt/support.js';
import { parsePkt } from '../../../src/lab/pkt/parse.js';
import { pathMtu, refusedDatagram } from '../../support/packet-traces.js';
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

describe.skipIf(!canMakeNamespaces)('an experiment as a script of packetdrill (needs network namespaces)', () => {
  test.each([
    ['a passive open', passive, ['< S 0:0(0) win 65000 <mss 1000>', '> F. 21:21(0) ack 6 <...>', '// the request']],
    ['a message of ICMP', unreachable, ['< icmp unreachable port_unreachable [0:0(0)]', '= -1 ECONNREFUSED']],
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

  test('datagrams, messages of the host, and those about no segment are named, not written', () => {
    const trace = {
      ...refusedDatagram,
      hosts: refusedDatagram.hosts.map((one) => ({ ...one, scripted: one.name === 'server' })),
    };
    const { text, cannot } = pktScript(trace);
    expect(cannot).toEqual(expect.arrayContaining(['UDP', 'ICMP port unreachable of server']));
    expect(cannot.filter((what) => what === 'UDP')).toHaveLength(1);
    const [line] = pathMtu.packets ?? [];
    const ofPeer = { ...trace, packets: line === undefined ? [] : [{ ...line, from: 'server', to: 'client' }] };
    expect(pktScript(ofPeer).text).toContain('< icmp unreachable frag_needed mtu 1200 [1:1401(1400)]');
    const ofHost = { ...trace, packets: line === undefined ? [] : [{ ...line, from: 'client', to: 'server' }] };
    expect(pktScript(ofHost)).toMatchObject({
      text: expect.not.stringContaining('icmp'),
      cannot: expect.arrayContaining(['ICMP fragmentation needed of client']),
    });
    expect(text).not.toContain('icmp');
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
