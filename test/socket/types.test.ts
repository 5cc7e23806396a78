import { expectTypeOf, test } from 'vitest';
import type { ReceivedControlMessage, SendControlMessage } from '../../src/socket/messages.js';
import type { Socket } from '../../src/socket/socket.js';

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
