import { describe, expect, onTestFinished, test } from 'vitest';
import type { Host } from '../../../../src/lab/network/host.js';
import { eventText } from '../../../../src/lab/draw/text/event-text.js';
import { Stage } from '../../../../src/lab/run/stage.js';
import type { ScriptedConnection } from '../../../../src/lab/network/peer/connection.js';
import { answersTo } from '../../../../src/lab/network/peer/answers-to.js';
import type { ScriptedPeer } from '../../../../src/lab/network/peer/peer.js';
import { canMakeNamespaces } from '../../../support/namespaces.js';

async function scripted(): Promise<[Host, ScriptedPeer, Stage]> {
  const stage = new Stage(AbortSignal.timeout(15_000));
  onTestFinished(() => stage.close());
  return [...(await stage.scripted()), stage];
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

  test('says() takes the next segment, which must be exactly as written; send() sends one so', async () => {
    const [host, peer] = await scripted();
    host.listen({ address: host.A, port: 8080, options: { TCP_NODELAY: true } });
    const connection = peer.connection({ localPort: 40_000, remotePort: 8080 });
    connection.send('S 0:0(0) win 1000 <mss 1000,nop,nop,sackOK>');
    const synAck = await connection.says('S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>', {
      afterMs: 0,
      toleranceMs: 5000,
    });
    expect(synAck.optionList?.map(({ kind }) => kind)).toEqual(['mss', 'nop', 'nop', 'sackOK']);
    connection.send('. 1:1(0) ack 1 win 1000');
    connection.send('P. 11:21(10) ack 1 win 1000');
    await connection.says('. 1:1(0) ack 1 <nop,nop,sack 11:21>');
    connection.send('P. 1:11(10) ack 1 win 1000');
    const said = connection.says('. 1:1(0) ack 20');
    await expect(said).rejects.toThrow(
      /^host: expected \. 1:1\(0\) ack 20, got \. 1:1\(0\) ack 21 win \d+ \(ack: expected 20, got 21\)/,
    );
    await connection.expectNothing({ forMs: 1 });
  });

  test('says() tells when nothing came, and when it came at another time', async () => {
    const [host, peer] = await scripted();
    host.listen({ address: host.A, port: 8080 });
    const connection = peer.connection({ localPort: 40_000, remotePort: 8080 });
    await expect(connection.says('S 0:0(0)', { deadlineMs: 1 })).rejects.toThrow(
      /S 0:0\(0\) of host: not within \d+ ms, nothing came/,
    );
    connection.send('S 0:0(0) win 1000');
    const late = connection.says('S. 0:0(0) ack 1 <...>', { afterMs: 60_000, toleranceMs: 1 });
    await expect(late).rejects.toThrow(/expected after 60000 ms, 1 more or less, got after \d+\.\d ms/);
    await expect(connection.says('S', { afterMs: 1 })).rejects.toThrow(/says:1:1: expected flags/);
    await expect(connection.expectNothing({ forMs: -1 })).rejects.toThrow('forMs: expected 0 to 600000, got -1');
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

  /** A connection whose next ACK is delayed, since the host has answered data with data (inet_csk_enter_pingpong_mode()). */
  async function delaying(host: Host, peer: ScriptedPeer): Promise<ScriptedConnection> {
    const listener = host.listen({ address: host.A, port: 8080 });
    const connection = peer.connection({ localPort: 40_000, remotePort: 8080 });
    await connection.connect();
    const server = await listener.accept('server');
    connection.send('PSH ACK', { data: 'question' });
    await server.recv();
    await server.send('answer');
    await connection.expect(({ payload }) => payload.length > 0);
    connection.send('ACK');
    await connection.answers();
    return connection;
  }

  test('answers() has an ACK that the host delays, and expectNothing() throws it', async () => {
    const [host, peer] = await scripted();
    const connection = await delaying(host, peer);
    connection.send('PSH ACK', { data: 'more' });
    const { sentNs } = peer;
    const answers = await connection.answers();
    expect(answers.map(({ flags, ack }) => [flags, ack])).toEqual([[['ACK'], 13]]);
    // TCP_DELACK_MIN is 40 ms, counted in jiffies of up to 10.
    expect(Number((answers[0]?.atNs ?? 0n) - sentNs) / 1e6).toBeGreaterThan(25);
    connection.send('PSH ACK', { data: 'x' });
    await expect(connection.expectNothing()).rejects.toMatchObject({
      message: expect.stringContaining('expected none, got ACK'),
    });
  });

  test('a SACK block goes out and comes back by relative numbers', async () => {
    const [host, peer] = await scripted();
    const listener = host.listen({ address: host.A, port: 8080 });
    const connection = peer.connection({ localPort: 40_000, remotePort: 8080 });
    await connection.connect({ options: { sackPermitted: true } });
    const server = await listener.accept('server');
    // The first five bytes are missing.
    connection.send('ACK', { seq: 6, data: 'world' });
    const { options } = await connection.expect({ flags: 'ACK', ack: 1 });
    expect(options.sack).toEqual([{ left: 6, right: 11 }]);
    server.setOption('TCP_NODELAY', true);
    for (const data of ['abcd', 'efgh']) {
      await server.send(data);
      await connection.expect({ length: 4 });
    }
    expect(server.getOption('TCP_INFO')).toMatchObject({ sacked: 0, unacked: 2 });
    connection.send('ACK', { seq: 1, ack: 1, options: { sack: [{ left: 5, right: 9 }] } });
    await peer.settle();
    expect(server.getOption('TCP_INFO')).toMatchObject({ sacked: 1, unacked: 2 });
  });

  test('expect() says what came instead, and in which field it differs', async () => {
    const [, peer] = await scripted();
    const nobody = peer.connection({ localPort: 40_000, remotePort: 1 });
    nobody.send('SYN');
    await expect(nobody.expect('SYN ACK', { deadlineMs: 0 })).rejects.toMatchObject({
      name: 'SegmentTimeoutError',
      code: 'ERR_TIMED_OUT',
      message: 'SYN ACK of host: not within 0 ms, instead came RST ACK seq 0 ack 1 win 0 (flags RST ACK for SYN ACK)',
    });
    await expect(nobody.expect({ flags: 'RST ACK', ack: 2 }, { deadlineMs: 0 })).rejects.toMatchObject({
      message: expect.stringMatching(/^RST ACK with ack 2 of host: .* \(ack 1 for 2\)$/),
      instead: [expect.objectContaining({ ack: 1 })],
    });
    await expect(nobody.expect(() => false, { deadlineMs: 0 })).rejects.toMatchObject({
      message: 'segment of host: not within 0 ms, instead came RST ACK seq 0 ack 1 win 0',
    });
    expect(await nobody.expect({ flags: 'RST ACK', seq: 0, ack: 1, window: 0, length: 0 })).toMatchObject({ ack: 1 });
    await expect(nobody.expect('SYN', { deadlineMs: 0 })).rejects.toMatchObject({
      message: 'SYN of host: not within 0 ms, nothing came',
    });
  });

  test.each([{ flag: 'ACK' }, { seq: 1.5 }, { ack: '1' }, { flags: 'SIN' }, null, 5])(
    'expect() refuses %j',
    async (wanted) => {
      const [, peer] = await scripted();
      const nobody = peer.connection({ localPort: 40_000, remotePort: 1 });
      await expect((async () => await Reflect.apply(nobody.expect, nobody, [wanted]))()).rejects.toMatchObject({
        code: 'ERR_ARGUMENT_INVALID',
      });
    },
  );

  test('settings it does not know are refused', async () => {
    const [, peer] = await scripted();
    const nobody = peer.connection({ localPort: 40_000, remotePort: 1 });
    const code = 'ERR_ARGUMENT_INVALID';
    for (const call of [
      () => nobody.expect('SYN', Object({ deadline: 5 })),
      () => nobody.connect(Object({ mss: 600 })),
      () => nobody.send('SYN', { options: Object({ wscale: 2 }) }),
    ])
      await expect((async () => call())()).rejects.toMatchObject({ code });
    expect(peer.waiting(() => true)).toEqual([]);
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
    await expect(nobody.expect('SYN', { deadlineMs: 0 })).rejects.toMatchObject({ code: 'ERR_TIMED_OUT' });
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

  test('sends and gets are events of the lab', async () => {
    const [, peer, stage] = await scripted();
    const nobody = peer.connection({ localPort: 40_000, remotePort: 1 });
    nobody.send('SYN');
    await nobody.expect('RST ACK');
    expect(stage.events.map((event) => `${event.host} ${eventText(event)}`)).toEqual([
      'peer sends SYN seq 0 win 65000: sent',
      'peer gets RST ACK seq 0 ack 1 win 0: got',
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
