import { expect, test } from 'vitest';
import { native } from '../../src/native/load.js';
import { readOption, writeOption } from '../../src/options/access.js';
import { scratch } from '../../src/options/scratch.js';
import { openSocket } from '../../src/options/supports.js';
import { Socket } from '../../src/socket/socket.js';
import { connection } from '../support/sockets.js';
import { needsIPv6, withoutIPv6 } from '../support/ipv6.js';
import { needs } from '../support/needs.js';

// Options that say something only in a certain state of the socket.

const repair = openSocket('tcp4');
const mayRepair =
  repair >= 0 &&
  (() => {
    try {
      writeOption(repair, 'TCP_REPAIR', 1);
      return true;
    } catch {
      return false;
    } finally {
      native.close(repair);
    }
  })();

test('the windows of a connection in repair read back as set', async (context) => {
  needs(context, mayRepair, 'TCP_REPAIR needs CAP_NET_ADMIN');
  const [client, accepted] = await connection();
  writeOption(client.fd, 'TCP_REPAIR', 1);
  const window = readOption(client.fd, 'TCP_REPAIR_WINDOW');
  const wider = { ...window, maxWindow: window.maxWindow + 1000 };
  writeOption(client.fd, 'TCP_REPAIR_WINDOW', wider);
  expect(readOption(client.fd, 'TCP_REPAIR_WINDOW')).toEqual(wider);
  client.close();
  accepted.close();
});

test('TCP_REPAIR_OPTIONS forges what was negotiated', async (context) => {
  needs(context, mayRepair, 'TCP_REPAIR needs CAP_NET_ADMIN');
  const [client, accepted] = await connection();
  writeOption(client.fd, 'TCP_REPAIR', 1);
  expect(readOption(client.fd, 'TCP_INFO').sndWscale).not.toBe(3);
  // 3 is TCPOPT_WINDOW: the scale to send with in the lower half, the one to receive with in the upper.
  writeOption(client.fd, 'TCP_REPAIR_OPTIONS', [{ code: 3, value: (5 << 16) | 3 }]);
  expect(readOption(client.fd, 'TCP_INFO')).toMatchObject({ sndWscale: 3, rcvWscale: 5 });
  client.close();
  accepted.close();
});

test('TCP_SAVED_SYN is there once', async () => {
  using listener = Socket.open().bind({ address: '127.0.0.1' });
  writeOption(listener.fd, 'TCP_SAVE_SYN', 1);
  listener.listen();
  using client = Socket.open();
  await client.connect(listener.getsockname());
  using accepted = await listener.accept();
  const syn = readOption(accepted.fd, 'TCP_SAVED_SYN');
  // An IPv4 header of 20 bytes, then TCP with the flag SYN.
  expect((syn[0] ?? 0) >> 4).toBe(4);
  expect((syn[20 + 13] ?? 0) & 0x02).toBe(0x02);
  expect(readOption(accepted.fd, 'TCP_SAVED_SYN')).toHaveLength(0);
});

test.skipIf(withoutIPv6)(`IPV6_ADDRFORM turns a v4-mapped socket into an IPv4 one${needsIPv6}`, async () => {
  using socket = Socket.open({ family: 'IPv6', type: 'dgram' });
  await socket.connect({ address: '::ffff:127.0.0.1', port: 9 });
  expect(readOption(socket.fd, 'SO_DOMAIN')).toBe(native.constants['AF_INET6']);
  writeOption(socket.fd, 'IPV6_ADDRFORM', native.constants['AF_INET'] ?? 0);
  expect(readOption(socket.fd, 'SO_DOMAIN')).toBe(native.constants['AF_INET']);
});

test.skipIf(withoutIPv6)(`IPV6_MTU is set at any time and read once connected${needsIPv6}`, async () => {
  using socket = Socket.open({ family: 'IPv6', type: 'dgram' });
  expect(() => readOption(socket.fd, 'IPV6_MTU')).toThrow(expect.objectContaining({ code: 'ENOTCONN' }));
  writeOption(socket.fd, 'IPV6_MTU', 1280);
  await socket.connect({ address: '::1', port: 9 });
  expect(readOption(socket.fd, 'IPV6_MTU')).toBeGreaterThanOrEqual(1280);
});

const multipath = openSocket('mptcp');
if (multipath >= 0) native.close(multipath);
const noMultipath = multipath < 0 ? ' (skipped: no Multipath TCP in this kernel)' : '';

test.skipIf(multipath < 0)(
  `each subflow of Multipath TCP has its TCP_INFO and its addresses${noMultipath}`,
  async () => {
    using listener = Socket.open({ protocol: 'mptcp' }).bind({ address: '127.0.0.1' }).listen();
    using client = Socket.open({ protocol: 'mptcp' });
    await client.connect(listener.getsockname());
    using accepted = await listener.accept();
    expect(readOption(client.fd, 'MPTCP_TCPINFO')).toEqual([expect.objectContaining({ state: 'ESTABLISHED' })]);
    expect(readOption(accepted.fd, 'MPTCP_SUBFLOW_ADDRS')).toEqual([
      {
        local: { address: '127.0.0.1', port: listener.getsockname().port },
        remote: { address: '127.0.0.1', port: client.getsockname().port },
      },
    ]);
    expect(readOption(client.fd, 'TCP_IS_MPTCP')).toBe(true);
  },
);

test.skipIf(multipath < 0)(`what an earlier call left in the memory is not asked of the kernel${noMultipath}`, () => {
  const fd = openSocket('mptcp');
  const raw = {
    level: native.constants['SOL_MPTCP'] ?? 0,
    optname: native.constants['MPTCP_TCPINFO'] ?? 0,
    length: 1024,
  };
  // With this header, as the call of the catalogue writes it, the kernel would answer.
  expect(readOption(fd, 'MPTCP_TCPINFO')).toEqual([]);
  scratch.bytes.set(new Uint8Array(Uint32Array.of(16, 0, 0, 280).buffer));
  expect(() => readOption(fd, raw)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  native.close(fd);
});
