import { describe, expect, onTestFinished, test } from 'vitest';
import type { Host } from '../../../src/lab/host.js';
import { Lab } from '../../../src/lab/lab.js';
import type { ScriptedPeer } from '../../../src/lab/peer/peer.js';
import { canMakeNamespaces } from '../../support/namespaces.js';

async function scripted(): Promise<[Host, ScriptedPeer, Lab]> {
  const lab = new Lab('namespaces', AbortSignal.timeout(15_000));
  onTestFinished(() => lab.close());
  return [...(await lab.scripted()), lab];
}

describe.skipIf(!canMakeNamespaces)('a scripted peer (needs network namespaces)', () => {
  test('connects to a listener, and its data is read', async () => {
    const [host, peer] = await scripted();
    const listener = host.listen({ address: host.A, port: 8080 });
    const connection = peer.connection({ localPort: 40_000, remotePort: 8080 });
    await connection.connect();
    const server = await listener.accept('server');
    expect(server.remote).toEqual({ address: peer.address, port: 40_000 });
    connection.send('PSH ACK', { data: 'hello' });
    expect(await server.recv()).toBe('hello');
    expect((await connection.expect('ACK')).ack).toBe(6);
    expect(connection.next).toBe(6);
  });

  test('accepts a connection of the host, and reads its data by relative numbers', async () => {
    const [host, peer] = await scripted();
    const connection = peer.connection({ localPort: 9000 });
    const connecting = host.connect({ address: peer.address, port: 9000 });
    await connection.accept();
    const client = await connecting;
    await client.send('hi');
    const data = await connection.expect(({ payload }) => payload.length > 0);
    expect({ seq: data.seq, text: Buffer.from(data.payload).toString() }).toEqual({ seq: 1, text: 'hi' });
  });

  test('ends a connection with RST', async () => {
    const [host, peer] = await scripted();
    const connection = peer.connection({ localPort: 9000 });
    const connecting = host.connect({ address: peer.address, port: 9000 });
    await connection.accept();
    const client = await connecting;
    connection.send('RST ACK');
    await expect(client.recv()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('nobody answers a connect but the script', async () => {
    const [host, peer] = await scripted();
    const client = host.open();
    expect(client.tryConnect({ address: peer.address, port: 9000 })).toBe(false);
    const connection = peer.connection({ localPort: 9000 });
    await connection.expect('SYN');
    await peer.settle();
    expect(client.state).toBe('SYN_SENT');
  });

  test('answers() is empty where the host drops what was sent, and holds the RST where it does not', async () => {
    const [, peer] = await scripted();
    const nobody = peer.connection({ localPort: 40_000, remotePort: 1 });
    nobody.send('RST', { seq: 5 });
    expect(await nobody.answers()).toEqual([]);
    nobody.send('ACK', { seq: 5 });
    expect((await nobody.answers()).map(({ flags }) => flags)).toEqual([['RST']]);
  });

  test('sends and gets are steps of the lab', async () => {
    const [, peer, lab] = await scripted();
    const nobody = peer.connection({ localPort: 40_000, remotePort: 1 });
    nobody.send('SYN');
    await nobody.expect('RST ACK');
    expect(lab.steps.map(({ host, what }) => `${host} ${what}`)).toEqual([
      'peer sends SYN seq 0 win 65000',
      'peer gets RST ACK seq 0 ack 1 win 0',
    ]);
  });

  test('refuses flags that do not exist, half a sequence number, and a segment to nowhere', async () => {
    const [, peer] = await scripted();
    const code = 'ERR_ARGUMENT_INVALID';
    expect(() => peer.connection({ localPort: 1, remotePort: 1 }).send('SIN')).toThrow(
      expect.objectContaining({ code }),
    );
    await expect(peer.connection({ localPort: 1 }).expect('SIN')).rejects.toMatchObject({ code });
    const half = peer.connection({ localPort: 1, remotePort: 1 });
    expect(() => half.send('SYN', { seq: 1.5 })).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
    expect(() => peer.connection({ localPort: 1 }).send('SYN')).toThrow(expect.objectContaining({ code }));
  });
});
