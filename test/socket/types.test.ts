import { expectTypeOf, test } from 'vitest';
import type { InternetAddress, PacketAddress, SocketAddress, UnixAddress } from '../../src/address.js';
import { type OpenOptions, Socket } from '../../src/socket/socket.js';

// Checked by the compiler: `npm run check` compiles the tests.

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
