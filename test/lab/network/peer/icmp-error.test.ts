import { expect, onTestFinished, test } from 'vitest';
import type { LabSocket } from '../../../../src/lab/network/host.js';
import type { ScriptedConnection } from '../../../../src/lab/network/peer/connection.js';
import { until } from '../../../../src/lab/record/until.js';
import { Stage } from '../../../../src/lab/run/stage.js';
import { describeNeeding } from '../../../support/needs.js';
import { canMakeNamespaces } from '../../../support/namespaces.js';

interface Open {
  readonly stage: Stage;
  readonly client: LabSocket;
  readonly connection: ScriptedConnection;
}

/** A connection of the host, over which it has sent 1000 bytes that nobody has acknowledged. */
async function withUnacknowledged(): Promise<Open> {
  const stage = new Stage(AbortSignal.timeout(15_000), { capture: true });
  onTestFinished(() => stage.close());
  const [host, peer] = await stage.scripted();
  const connection = peer.connection({ localPort: 9000 });
  const connecting = host.connect({ address: peer.address, port: 9000 });
  await connection.accept();
  const client = await connecting;
  client.setOption('IP_RECVERR', true);
  await client.send('x'.repeat(1000));
  await connection.expect({ seq: 1, length: 1000 });
  return { stage, client, connection };
}

describeNeeding(canMakeNamespaces, 'it needs network namespaces')('an error of ICMP that a peer sends', () => {
  test('about the segment that came last reaches the socket', async () => {
    const { client, connection } = await withUnacknowledged();
    expect(client.getOption('SO_ERROR')).toBe(0);
    connection.sendIcmp('unreachable host_unreachable');
    await expect(client.recv()).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
  });

  test('about an earlier one tells a smaller MTU, and the host sends shorter segments', async () => {
    const { client, connection } = await withUnacknowledged();
    const before = client.getOption('TCP_INFO').pmtu;
    expect(before).toBe(1500);
    connection.sendIcmp('unreachable frag_needed mtu 600 [1:1001(1000)]');
    const again = await connection.expect({ seq: 1, length: 560 });
    expect(again.payload).toHaveLength(560);
    expect(client.getOption('TCP_INFO').pmtu).toBe(600);
  });

  test('comes from a router, and is in the trace', async () => {
    const { stage, client, connection } = await withUnacknowledged();
    connection.sendIcmp('time_exceeded exc_ttl', { from: '192.0.2.9' });
    await expect(client.recv()).rejects.toMatchObject({ code: 'EHOSTUNREACH' });
    await stage.settle();
    expect(stage.passages('packets').packets).toMatchObject([
      { protocol: 'ICMP', source: { address: '192.0.2.9' }, type: 11, code: 0, about: { protocol: 'TCP', seq: 1 } },
    ]);
  });

  test('about a number that was never sent is ignored by the host', async () => {
    const { client, connection } = await withUnacknowledged();
    connection.sendIcmp('unreachable port_unreachable [5000:5001(1)]');
    connection.send('ACK', { ack: 1001 });
    await until(() => client.getOption('TCP_INFO').unacked === 0 || undefined, 'the data is acknowledged');
    expect(client.getOption('SO_ERROR')).toBe(0);
  });

  test.each([
    ['unreachable frag_needed mtu 70000', /expected 16 bits, got 70000/],
    ['unreachable mtu 600', /only unreachable frag_needed has an MTU/],
    ['echo_request id 4', /expected an error, which is about a segment/],
    ['unreachable port_unreachable id 4', /an error has no identifier/],
    ['packet_too_big mtu 1280', /not a type and code that is known/],
    ['unreachable nowhere', /not a type and code that is known/],
    ['unreachable port_unreachable [udp (10)]', /expected a segment, as \[1:11\(10\)\], got \[udp \(10\)\]/],
    ['unreachable port_unreachable [1:', /sendIcmp:1:\d+: expected a sequence number/],
    ['unreachable port_unreachable twice', /sendIcmp:1:\d+: expected the end/],
    ['', /sendIcmp:1:1: expected a type of ICMP/],
  ])('%s is refused', async (text, message) => {
    const { connection } = await withUnacknowledged();
    expect(() => connection.sendIcmp(text)).toThrow(message);
  });

  test('what is no text, no address or of the other family is refused', async () => {
    const { connection } = await withUnacknowledged();
    expect(() => Reflect.apply(connection.sendIcmp, connection, [3])).toThrow(/sendIcmp: expected a message/);
    expect(() => connection.sendIcmp('unreachable', { from: 'nowhere' })).toThrow(/"nowhere" is not an IP address/);
    expect(() => connection.sendIcmp('unreachable', Object({ from: 3 }))).toThrow(/from: expected an address/);
    expect(() => connection.sendIcmp('unreachable', { from: 'fd00::9' })).toThrow(/not of the family of 192\.168/);
    expect(() => connection.sendIcmp('unreachable', Object({ by: '192.0.2.9' }))).toThrow(/by/);
  });

  test('before the host has sent anything there is nothing it could be about', async () => {
    const stage = new Stage(AbortSignal.timeout(15_000));
    onTestFinished(() => stage.close());
    const [, peer] = await stage.scripted();
    const connection = peer.connection({ localPort: 9000 });
    expect(() => connection.sendIcmp('unreachable')).toThrow(/the host has sent nothing yet/);
  });
});
