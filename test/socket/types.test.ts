import { expectTypeOf, test } from 'vitest';
import type { InternetAddress, PacketAddress, SocketAddress, UnixAddress } from '../../src/address.js';
import type { ReceivedControlMessage, SendControlMessage } from '../../src/socket/messages.js';
import type { OpenOptions } from '../../src/socket/open.js';
import { Socket } from '../../src/socket/socket.js';

const data = 'x';

// What must not compile. Never called: the compiler is the test.
export const mistakes = [
  // @ts-expect-error only received
  (socket: Socket) => socket.sendmsg({ data, control: [{ type: 'SCM_TIMESTAMP', nanoseconds: 1n }] }),
  // @ts-expect-error only received
  (socket: Socket) => socket.sendmsg({ data, control: [{ type: 'UDP_GRO', segmentSize: 1 }] }),
  // @ts-expect-error the kernel would read memory that is not kept
  (socket: Socket) => socket.send(data, { flags: ['MSG_ZEROCOPY'] }),
  // @ts-expect-error memory, or the size of it
  (socket: Socket) => socket.recv({ size: 1, buffer: new Uint8Array(1) }),
  // @ts-expect-error memory, or the size of it
  (socket: Socket) => socket.recvmsg({ size: 1, buffer: new Uint8Array(1) }),
];

/** What must compile: settings that are known at run time only. */
export const dynamic = [
  (socket: Socket, size?: number) => socket.recv({ size }),
  (socket: Socket, buffer?: Uint8Array) => socket.recv({ buffer }),
  (socket: Socket, buffer: Uint8Array | undefined) => socket.recvmsg(buffer ? { buffer } : { size: 10 }),
];

test('what is received of these can be sent on', () => {
  type Relayed = 'SCM_RIGHTS' | 'SCM_CREDENTIALS' | 'IP_PKTINFO' | 'IPV6_PKTINFO' | 'IP_TTL' | 'raw';
  expectTypeOf<Extract<ReceivedControlMessage, { type: Relayed }>>().toExtend<SendControlMessage>();
  expectTypeOf<Extract<ReceivedControlMessage, { type: 'SCM_PIDFD' }>>().not.toExtend<SendControlMessage>();
});

test('the family of open is that of the addresses', () => {
  const opened = () => Socket.open({ type: 'dgram' });
  expectTypeOf(opened).returns.toEqualTypeOf<Socket<'IPv4'>>();
  expectTypeOf<ReturnType<Socket<'IPv4' | 'IPv6'>['getsockname']>>().toEqualTypeOf<InternetAddress>();
  expectTypeOf<ReturnType<Socket<'unix'>['getpeername']>>().toEqualTypeOf<UnixAddress>();
  expectTypeOf<ReturnType<Socket['getsockname']>>().toEqualTypeOf<SocketAddress>();
  const either = (address: string) => Socket.open({ family: address.includes(':') ? 'IPv6' : 'IPv4' }).getsockname();
  expectTypeOf(either).returns.toEqualTypeOf<InternetAddress>();
  const any = (settings: OpenOptions) => Socket.open(settings);
  expectTypeOf(any).returns.toEqualTypeOf<Socket>();
});

test('what a call makes of a socket has its family', () => {
  const bound = () => Socket.open({ family: 'unix' }).bind({ path: '/tmp/a' }).listen();
  expectTypeOf(bound).returns.toEqualTypeOf<Socket<'unix'>>();
  expectTypeOf<Socket<'IPv6'>['accept']>().returns.resolves.toEqualTypeOf<Socket<'IPv6'>>();
  expectTypeOf<Socket<'IPv6'>['tryAccept']>().returns.toEqualTypeOf<Socket<'IPv6'> | undefined>();
  expectTypeOf(Socket.pair).returns.toEqualTypeOf<[Socket<'unix'>, Socket<'unix'>]>();
  const adopted = () => Socket.adopt(3, { family: 'IPv6' });
  expectTypeOf(adopted).returns.toEqualTypeOf<Socket<'IPv6'>>();
  const unknown = () => Socket.adopt(3);
  expectTypeOf(unknown).returns.toEqualTypeOf<Socket>();
});

test('the sender of a message has the family of the socket', () => {
  type Received = Awaited<ReturnType<Socket<'packet'>['recvmsg']>>;
  expectTypeOf<Received['address']>().toEqualTypeOf<PacketAddress | undefined>();
  type Batch = Awaited<ReturnType<Socket<'IPv4'>['recvmmsg']>>;
  expectTypeOf<Batch[number]['address']>().toEqualTypeOf<InternetAddress | undefined>();
});

test('a socket of one family is a Socket', () => {
  expectTypeOf<Socket<'IPv4'>>().toExtend<Socket>();
  expectTypeOf<Socket<'IPv4'>>().toExtend<Socket<'IPv4' | 'IPv6'>>();
  expectTypeOf<Socket>().not.toExtend<Socket<'IPv4'>>();
  expectTypeOf<Socket<'unix'>>().not.toExtend<Socket<'IPv4'>>();
});
