import * as dgram from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { bindDatagram, type BindDatagramOptions } from '../../src/handles/bind-datagram.js';
import { getOption } from '../../src/handles/options.js';
import { socketDescriptors } from '../support/descriptors.js';
import { needsIPv6, withoutIPv6 } from '../support/ipv6.js';
import { keeper } from '../support/kept.js';
import { bound, codeOf } from '../support/sockets.js';

const kept = keeper();
const loopback = { address: '127.0.0.1' };

function socket(options: dgram.SocketOptions = { type: 'udp4' }): dgram.Socket {
  const made = dgram.createSocket(options);
  kept({ close: () => codeOf(() => made.close()) });
  return made;
}

async function refusal(target: dgram.Socket, settings: BindDatagramOptions): Promise<unknown> {
  return await bindDatagram(target, settings).then(
    () => 'it is bound',
    (error: unknown) => error,
  );
}

test('two sockets share a port, because the option is there before bind(2)', async () => {
  const options = { SO_REUSEPORT: true, SO_RCVBUF: 20_000 };
  const first = socket();
  expect(await bindDatagram(first, { ...loopback, options })).toBe(first);
  const { port } = first.address();
  expect(await refusal(socket(), { ...loopback, port })).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', port });
  await bindDatagram(socket(), { ...loopback, port, options });
  expect(getOption(first, 'SO_RCVBUF')).toBe(40_000);
});

test('it emits listening, receives, sends and is closed as any other', async () => {
  const before = socketDescriptors().length;
  const receiver = socket();
  const listening = once(receiver, 'listening');
  await bindDatagram(receiver, loopback);
  await listening;
  const sender = await bindDatagram(socket(), loopback);
  const message = once(receiver, 'message');
  sender.send('hello', receiver.address().port, '127.0.0.1');
  const [data, from] = await message;
  expect(String(data)).toBe('hello');
  expect(from.port).toBe(sender.address().port);
  for (const each of [sender, receiver]) {
    const closed = once(each, 'close');
    each.close();
    await closed;
  }
  expect(socketDescriptors().length).toBe(before);
});

test('what createSocket() was told is set too, and options have the last word', async () => {
  const first = await bindDatagram(socket({ type: 'udp4', reuseAddr: true }), loopback);
  expect(getOption(first, 'SO_REUSEADDR')).toBe(true);
  const target = socket({ type: 'udp4', reuseAddr: true });
  await bindDatagram(target, { ...loopback, options: { SO_REUSEADDR: false } });
  expect(getOption(target, 'SO_REUSEADDR')).toBe(false);
});

test.skipIf(withoutIPv6)(`ipv6Only leaves the port to IPv4${needsIPv6}`, async () => {
  const six = await bindDatagram(socket({ type: 'udp6', ipv6Only: true }));
  expect(six.address()).toMatchObject({ address: '::', family: 'IPv6' });
  await bindDatagram(socket(), { address: '0.0.0.0', port: six.address().port });
});

describe('a socket that cannot be bound', () => {
  test('can be bound afterwards', async () => {
    const taken = kept(bound('dgram')).getsockname();
    const target = socket();
    const before = socketDescriptors().length;
    expect(await refusal(target, { ...loopback, port: taken.port })).toMatchObject({ code: 'EADDRINUSE' });
    expect(await refusal(target, { ...loopback, options: { IPV6_V6ONLY: true } })).toMatchObject({
      syscall: 'setsockopt',
      option: 'IPV6_V6ONLY',
    });
    expect(socketDescriptors().length).toBe(before);
    await bindDatagram(target, loopback);
  });

  test('is told what is wrong: bound, closed, of the other family, no socket', async () => {
    const target = await bindDatagram(socket(), loopback);
    expect(await refusal(target, loopback)).toMatchObject({ code: 'ERR_SOCKET_BUSY' });
    const closed = dgram.createSocket('udp4');
    closed.close();
    expect(await refusal(closed, loopback)).toMatchObject({ code: 'ERR_SOCKET_CLOSED' });
    expect(await refusal(socket(), { address: '::1' })).toMatchObject({ code: 'ERR_ADDRESS_INVALID' });
    expect(await refusal(socket(), { address: 'localhost' })).toMatchObject({ code: 'ERR_ADDRESS_INVALID' });
    for (const port of [-1, 65_536, 1.5, Number.NaN])
      expect(await refusal(socket(), { ...loopback, port })).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    expect(await refusal({} as never, loopback)).toMatchObject({ code: 'ERR_ARGUMENT_INVALID' });
    expect(await refusal(socket(), { adress: 'x' } as never)).toMatchObject({ code: 'ERR_ARGUMENT_INVALID' });
  });
});
