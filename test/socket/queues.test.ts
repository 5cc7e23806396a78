import { describe, expect, test } from 'vitest';
import type { SocketAddress } from '../../src/address.js';
import { Socket } from '../../src/socket/socket.js';
import type { ReceivedMessage } from '../../src/socket/batch.js';
import { expectNoLeakedSockets } from '../support/descriptors.js';
import { bound, codeOf, connection, deaf, set } from '../support/sockets.js';

expectNoLeakedSockets();

describe('the error queue', () => {
  /** Sends to where nobody receives, and reads what the kernel queued about it. */
  async function refused(sender: Socket, target: SocketAddress): Promise<ReceivedMessage> {
    sender.trySend('x', { address: target });
    return await sender.recvmsg({ flags: ['MSG_ERRQUEUE'], controlSize: 512, timeoutMs: 5000 });
  }

  test('IP_RECVERR tells the errno, the ICMP message, and who sent it', async () => {
    using sender = bound();
    set(sender, 'IP_RECVERR', 1);
    using nobody = deaf('dgram');
    const target = nobody.getsockname();
    const message = await refused(sender, target);
    expect(message.data.toString()).toBe('x');
    expect(message.flags).toContain('MSG_ERRQUEUE');
    expect(message.address).toEqual(target);
    // ICMP destination unreachable, port unreachable: RFC 792.
    expect(message.control).toEqual([
      {
        type: 'IP_RECVERR',
        code: 'ECONNREFUSED',
        errno: -111,
        origin: 'icmp',
        icmpType: 3,
        icmpCode: 3,
        info: 0,
        data: 0,
        offender: { family: 'IPv4', address: '127.0.0.1', port: 0 },
      },
    ]);
  });

  test('IPV6_RECVERR the same of ICMPv6', async () => {
    using sender = bound('dgram', '::1');
    set(sender, 'IPV6_RECVERR', 1);
    using nobody = deaf('dgram', '::1');
    // RFC 4443 section 3.1.
    expect((await refused(sender, nobody.getsockname())).control).toEqual([
      {
        type: 'IPV6_RECVERR',
        code: 'ECONNREFUSED',
        errno: -111,
        origin: 'icmp6',
        icmpType: 1,
        icmpCode: 4,
        info: 0,
        data: 0,
        offender: { family: 'IPv6', address: '::1', port: 0 },
      },
    ]);
  });

  test('a datagram longer than the path takes is an error of this host, with the MTU', async () => {
    using sender = bound('dgram', '::1');
    // RFC 3542 section 11.2: a datagram that would need fragments is refused.
    sender.setOptions({ IPV6_RECVERR: true, IPV6_MTU: 1280, IPV6_DONTFRAG: true });
    const address = sender.getsockname();
    expect(await codeOf(() => sender.trySend(Buffer.alloc(2000), { address }))).toBe('EMSGSIZE');
    const { control } = await sender.recvmsg({ flags: ['MSG_ERRQUEUE'], controlSize: 512, timeoutMs: 5000 });
    expect(control).toMatchObject([{ type: 'IPV6_RECVERR', code: 'EMSGSIZE', origin: 'local', info: 1280 }]);
    expect(control[0]).not.toHaveProperty('offender');
  });

  test('one that is cut by MSG_CTRUNC comes raw', async () => {
    using sender = bound();
    set(sender, 'IP_RECVERR', 1);
    using nobody = deaf('dgram');
    sender.trySend('x', { address: nobody.getsockname() });
    const { control, flags } = await sender.recvmsg({ flags: ['MSG_ERRQUEUE'], controlSize: 40, timeoutMs: 5000 });
    expect(flags).toContain('MSG_CTRUNC');
    expect(control).toEqual([{ type: 'raw', level: 0, cmsgType: 11, bytes: expect.any(Uint8Array) }]);
  });
});

describe('queues', () => {
  test('SO_RXQ_OVFL counts what a full buffer dropped before the datagram', async () => {
    using receiver = bound();
    set(receiver, 'SO_RXQ_OVFL', 1);
    set(receiver, 'SO_RCVBUF', 4096);
    const address = receiver.getsockname();
    using sender = Socket.open({ type: 'dgram' });
    const payload = Buffer.alloc(1000);
    const sent = 50;
    for (let i = 0; i < sent; i++) sender.trySend(payload, { address });
    let received = 0;
    while (receiver.tryRecv() !== undefined) received++;
    expect(received).toBeLessThan(sent);
    sender.trySend('x', { address });
    const { control } = await receiver.recvmsg({ controlSize: 64, timeoutMs: 5000 });
    expect(control).toEqual([{ type: 'SO_RXQ_OVFL', dropped: sent - received }]);
  });

  test('UDP_SEGMENT cuts one send into datagrams, and UDP_GRO tells of those that come as one', async () => {
    using receiver = bound();
    set(receiver, 'UDP_GRO', 1);
    using sender = Socket.open({ type: 'dgram' });
    const control = [{ type: 'UDP_SEGMENT', segmentSize: 100 }] as const;
    sender.trySendmsg({ data: Buffer.alloc(250, 'x'), address: receiver.getsockname(), control });
    const joined = await receiver.recvmsg({ controlSize: 64, timeoutMs: 5000 });
    expect(joined.data.length).toBe(250);
    expect(joined.control).toEqual([{ type: 'UDP_GRO', segmentSize: 100 }]);

    set(receiver, 'UDP_GRO', 0);
    sender.trySendmsg({ data: Buffer.alloc(250, 'x'), address: receiver.getsockname(), control });
    const lengths = [await receiver.recv(), await receiver.recv(), await receiver.recv()].map(({ length }) => length);
    expect(lengths).toEqual([100, 100, 50]);
  });

  test('TCP_CM_INQ tells how much is left', async () => {
    const [client, accepted] = await connection();
    set(accepted, 'TCP_INQ', 1);
    client.trySend('0123456789');
    expect((await accepted.recvmsg({ size: 4, controlSize: 64, timeoutMs: 5000 })).control).toEqual([
      { type: 'TCP_CM_INQ', queued: 6 },
    ]);
    client.close();
    accepted.close();
  });
});
