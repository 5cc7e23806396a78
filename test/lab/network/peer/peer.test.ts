import { describe, expect, onTestFinished, test } from 'vitest';
import type { Host } from '../../../../src/lab/network/host.js';
import { Lab } from '../../../../src/lab/run/lab.js';
import { answersTo } from '../../../../src/lab/network/peer/answers.js';
import type { ScriptedPeer } from '../../../../src/lab/network/peer/peer.js';
import { canMakeNamespaces } from '../../../support/namespaces.js';

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

  test('what a timer sends is no answer, and the same answer counts once', async () => {
    const [host, peer] = await scripted();
    host.open().bind({ address: host.A, port: 5000 }).tryConnect({ address: peer.address, port: 9000 });
    const connection = peer.connection({ localPort: 9000, remotePort: 5000 });
    connection.send('ACK');
    connection.send('ACK');
    // The SYN is there already, and may come again: tcp_rcv_synsent_state_process().
    expect(await answersTo(connection, ['SYN'])).toEqual(['RST']);
  });

  test('expectNothing() throws what came instead', async () => {
    const [, peer] = await scripted();
    const nobody = peer.connection({ localPort: 40_000, remotePort: 1 });
    nobody.send('RST', { seq: 5 });
    await nobody.expectNothing();
    nobody.send('ACK', { seq: 5 });
    await expect(nobody.expectNothing()).rejects.toMatchObject({
      name: 'ExpectationError',
      message: expect.stringContaining('expected none, got RST'),
    });
  });

  test('a handshake says the options and the window it is given', async () => {
    const [host, peer] = await scripted();
    const listener = host.listen({ address: host.A, port: 8080 });
    const connection = peer.connection({ localPort: 40_000, remotePort: 8080 });
    const synAck = await connection.connect({ options: { mss: 600, windowScale: 2 }, window: 500 });
    expect({ flags: synAck.flags, scaled: synAck.options.windowScale !== undefined }).toEqual({
      flags: ['SYN', 'ACK'],
      scaled: true,
    });
    const server = await listener.accept('server');
    const { sndMss, sndWscale, sndWnd } = server.getOption('TCP_INFO');
    expect({ sndMss, sndWscale, sndWnd }).toEqual({ sndMss: 600, sndWscale: 2, sndWnd: 2000 });
  });

  test('expect() gives up after the time it is given, and not before', async () => {
    const [, peer] = await scripted();
    const nobody = peer.connection({ localPort: 40_000, remotePort: 1 });
    await expect(nobody.expect('SYN', { deadlineMs: 0 })).rejects.toMatchObject({ name: 'TimeoutError' });
    nobody.send('SYN');
    await nobody.expect('RST ACK', { deadlineMs: 10_000 });
    await expect(nobody.expect('SYN', { deadlineMs: Number.NaN })).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
  });

  test('a number on the wire is relative to the initial one, also over a wrap', async () => {
    const [, peer] = await scripted();
    const old = peer.connection({ localPort: 1, remotePort: 1, initialSeq: 0xffff_fff0 });
    expect(old.relativeSeq(0xffff_fff5)).toBe(5);
    expect(old.relativeSeq(4)).toBe(20);
    expect(old.relativeSeq(0xffff_ffe0)).toBe(-16);
    expect(() => old.relativeSeq(1.5)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
  });

  test('opens at the same time as the host', async () => {
    const [host, peer] = await scripted();
    const socket = host.open().bind({ port: 8080 });
    socket.tryConnect({ address: peer.address, port: 9000 });
    const connection = peer.connection({ localPort: 9000 });
    await connection.expect('SYN');
    connection.send('SYN');
    await connection.expect('SYN ACK');
    connection.send('ACK');
    await connection.expectNothing();
    expect(socket.state).toBe('ESTABLISHED');
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
