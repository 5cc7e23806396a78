import { expect, test } from 'vitest';
import { Socket } from '../../../src/index.js';
import { isStamp } from '../../../src/lab/network/peer/link-socket.js';
import { waitForPacketStamps } from '../../../src/lab/wire/clock.js';
import { NetworkNamespace } from '../../../src/netns/namespace.js';
import { canMakeNamespaces } from '../../support/namespaces.js';
import { needs } from '../../support/needs.js';

function stampOf(receiver: Socket): bigint {
  return receiver.tryRecvmsg({ size: 1, controlSize: 64 })?.control.find(isStamp)?.nanoseconds ?? 0n;
}

test('a packet has the time at which it passed, not the one at which it was read', (context) => {
  needs(context, canMakeNamespaces, 'a network namespace cannot be made here');
  using namespace = NetworkNamespace.create();
  // The last socket that asks for timestamps would end them, between two rounds too.
  for (let round = 0; round < 50; round++) {
    const options = { SO_TIMESTAMPNS: true };
    using receiver = namespace.run(() => Socket.open({ type: 'dgram', options })).bind({ address: '127.0.0.1' });
    using sender = namespace.run(() => Socket.open({ type: 'dgram' }));
    waitForPacketStamps(namespace);
    sender.trySend('x', { address: receiver.getsockname() });
    // Unix sockets stamp what is sent, always.
    const [left, right] = Socket.pair({ type: 'dgram' });
    using after = left;
    using reference = right.setOption('SO_TIMESTAMPNS', true);
    after.trySend('x');
    const [passed, later] = [stampOf(receiver), stampOf(reference)];
    expect(passed).toBeGreaterThan(0n);
    expect(passed).toBeLessThanOrEqual(later);
  }
});
