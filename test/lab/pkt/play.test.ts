import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PktFailure } from '../../../src/lab/pkt/failure.js';
import { type IpVersion, ipVersions } from '../../../src/lab/pkt/settings.js';
import { play } from './play.js';
import { canMakeNamespaces } from '../../support/namespaces.js';

const folder = fileURLToPath(new URL('scripts/', import.meta.url));
const scripts = readdirSync(folder).filter((name) => name.endsWith('.pkt'));
/** What the MSS and the errors of ICMP are called depends on the version. */
const onlyIPv4 = [
  ...['ip-header.pkt', 'blocking-fast-open.pkt', 'path-mtu.pkt', 'ping.pkt'],
  ...['udp-ip-header.pkt', 'udp-path-mtu.pkt', 'udp-unconnected.pkt'],
  // It says itself over what it goes.
  'udp-path-mtu-ipv6.pkt',
];

function forVersion(text: string, ipVersion: IpVersion): string {
  if (ipVersion === 'ipv4') return text;
  return text
    .replaceAll('mtu=1500', ipVersion === 'ipv6' ? 'mtu=1520' : 'mtu=1500')
    .replaceAll('ERRORS=SOL_IP', 'ERRORS=SOL_IPV6')
    .replaceAll('cmsg_type=IP_RECVERR', 'cmsg_type=IPV6_RECVERR');
}

describe.skipIf(!canMakeNamespaces)('a script of packetdrill (needs network namespaces)', () => {
  for (const ipVersion of ipVersions) {
    test.each(scripts.filter((name) => ipVersion === 'ipv4' || !onlyIPv4.includes(name)))(
      `%s comes out as written over ${ipVersion}`,
      async (name) => {
        await play(forVersion(readFileSync(`${folder}${name}`, 'utf8'), ipVersion), name, ipVersion);
      },
    );
  }

  const listening = `
    0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
   +0 bind(3, ..., ...) = 0
   +0 listen(3, 1) = 0
   +0 < S 0:0(0) win 32792 <mss 1000>
   +0 > S. 0:0(0) ack 1 <mss 1460>
   +0 < . 1:1(0) ack 1 win 32792
   +0 accept(3, ..., ...) = 4`;

  test('a call that waits may return late by a part of its time, whatever was played meanwhile', async () => {
    const script = `--tolerance_percent=1000
${listening}
   +0...0.100 read(4, ..., 2000) = 10
 +.50 < P. 1:11(10) ack 1 win 257
   +0 > . 1:1(0) ack 11`;
    const { events } = await play(script, 'x.pkt', 'ipv4', 300);
    const read = events.find((event) => event.kind === 'call' && event.name === 'read');
    expect((read?.endMs ?? 0) - (read?.atMs ?? 0)).toBeGreaterThan(250);
  });

  test.each([
    ['the wrong flags', '> F. 1:1(0) ack 1', /x\.pkt:9: nothing|x\.pkt:9: expected F\. 1:1\(0\) ack 1; nothing came/],
    [
      'a field of the segment',
      '< P. 1:11(10) ack 1 win 257\n +0 > . 1:1(0) ack 12',
      /x\.pkt:10: ack: expected 12, got 11/,
    ],
    [
      'options',
      '< P. 1:11(10) ack 1 win 257\n +0 > . 1:1(0) ack 11 <nop,nop>',
      /options: expected <nop,nop>, got none/,
    ],
    ['an errno', 'write(4, ..., 10) = -1 EPIPE', /x\.pkt:9: write: expected -1 EPIPE, got 10/],
    ['the value of an option', 'getsockopt(4, SOL_SOCKET, SO_KEEPALIVE, [1], [4]) = 0', /value: expected 1, got 0/],
    [
      'an option of one byte',
      'setsockopt(4, SOL_IP, IP_TOS, [4], 1) = 0\n +0 getsockopt(4, SOL_IP, IP_TOS, [8], [1]) = 0',
      /value: expected 8, got 4/,
    ],
    ['a request of ioctl', 'ioctl(4, SIOCINQ, [5]) = 0', /ioctl: value: expected 5, got 0/],
    [
      'a set of epoll there is not',
      'epoll_wait(4, {events=EPOLLIN, fd=4}, 1, 0) = 1',
      /epoll_wait: 4 is no set of epoll/,
    ],
    ['send() on a pipe', 'pipe([5, 6]) = 0\n +0 send(5, ..., 1, 0) = 1', /send: descriptor 5 is not a socket/],
    [
      'what an event tells',
      'epoll_create(1) = 5\n +0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=EPOLLOUT, fd=4}) = 0\n +0 epoll_wait(5, {events=EPOLLIN, fd=4}, 1, 0) = 1',
      /events: expected 0x1, got 0x4/,
    ],
    [
      'a control message',
      'recvmsg(4, {msg_iov(1)=[{..., 0}], msg_flags=0, msg_control=[]}, MSG_ERRQUEUE) = 0',
      /recvmsg: expected 0, got -1 EAGAIN/,
    ],
    ['a bare ACK before data', 'write(4, ..., 10) = 10\n +0 > P. 1:21(20) ack 1', /length: expected 20, got 10/],
    [
      'an assertion',
      '%{ assert tcpi_snd_mss == 536, tcpi_snd_mss }%',
      /assert tcpi_snd_mss == 536, tcpi_snd_mss: 1000/,
    ],
    ['a descriptor there is not', 'read(7, ..., 10) = 0', /read: 7 is no open descriptor/],
    [
      'what poll reports',
      'poll([{fd=4, events=POLLOUT, revents=POLLIN}], 1, 0) = 1',
      /revents: expected POLLIN, got POLLOUT/,
    ],
    [
      'a timestamp nobody sent',
      '< . 1:1(0) ack 1 win 257 <TS val 1 ecr 7>',
      /echoes a timestamp that the host has not sent/,
    ],
  ])('says where it does not: %s', async (_, line, message) => {
    await expect(play(`${listening}\n   +0 ${line}`, 'x.pkt')).rejects.toThrow(message);
  });

  const sent = `
    0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3
   +0 bind(3, ..., ...) = 0
   +0 connect(3, ..., ...) = 0
   +0 write(3, ..., 10) = 10`;

  test.each([
    [
      'its length',
      '> udp (11)',
      /x\.pkt:6: length: expected 11, got 10 \(expected udp \(11\); came udp 8080 > 8080 \(10\)\)/,
    ],
    ['its TOS', '> (tos 0x10) udp (10)', /x\.pkt:6: tos: expected 16, got 0/],
    ['its TTL', '> (ttl 7) udp (10)', /x\.pkt:6: ttl: expected 7, got 64/],
    ['its ECN', '> [ect0] udp (10)', /x\.pkt:6: ecn: expected 2, got 0/],
    [
      'its ports',
      '> udp 8081 > 8082 (10)',
      /source port: expected 8081, got 8080; destination port: expected 8082, got 8080/,
    ],
    [
      'two at once',
      '> udp (10)\n +0 write(3, ..., 10) = 10\n +0 write(3, ..., 10) = 10\n +0 > udp (20)',
      /x\.pkt:9: length: expected 20, got 10/,
    ],
    ['one that does not come', '> udp (10)\n +0 > udp (10)', /x\.pkt:7: expected udp \(10\); nothing came$/],
    [
      'one above the MTU',
      '> udp (10)\n +0 write(3, ..., 2000) = 2000\n +0 > udp (2000)',
      /nothing came \(the MTU is 1500/,
    ],
    ['a message that does not come', '> icmp echo_reply', /expected icmp echo_reply; nothing came$/],
    [
      'the type of a message',
      '< icmp echo_request id 4\n +0 > icmp unreachable',
      /type and code: expected unreachable net_unreachable, got echo_reply/,
    ],
    ['an identifier', '< icmp echo_request id 4\n +0 > icmp echo_reply id 5', /id: expected 5, got 4/],
    ['how long an echo is', '< icmp echo_request [raw (40)]\n +0 > icmp echo_reply', /length: expected 36, got 40/],
    [
      'the code of a message',
      '< udp 5 > 9 (10)\n +0 > icmp unreachable host_unreachable',
      /expected unreachable host_unreachable, got unreachable port_unreachable/,
    ],
    [
      'what it is about',
      '< udp 5 > 9 (10)\n +0 > icmp unreachable port_unreachable [udp (11)]',
      /about: expected \[udp \(11\)\], got \[udp \(10\)\]/,
    ],
    [
      'how long it is',
      '< udp 5 > 9 (10)\n +0 > icmp unreachable port_unreachable [raw (36)]',
      /length: expected 36, got 46/,
    ],
    ['its MTU', '< udp 5 > 9 (10)\n +0 > icmp unreachable frag_needed mtu 9', /mtu: expected 9, got none/],
    [
      'the next call',
      '< icmp unreachable port_unreachable [udp (10)]\n +0 write(3, ..., 1) = 1',
      /expected 1, got -1 ECONNREFUSED/,
    ],
    ['an error of another socket', '< icmp unreachable', /there is no connection this message could be about/],
    ['a socket that has no port', 'socket(..., SOCK_DGRAM, 0) = 4\n +0 < udp (10)', /the socket has no port yet/],
    [
      'an error about it',
      'socket(..., SOCK_DGRAM, 0) = 4\n +0 < icmp unreachable [udp (1)]',
      /there is no UDP socket with a port/,
    ],
  ])('says where a packet does not: %s', async (_, line, message) => {
    await expect(play(`${sent}\n   +0 ${line}`, 'x.pkt')).rejects.toThrow(message);
  });

  test('a packet that comes too early is told with both times', async () => {
    const failed: unknown = await play(`${sent}\n +2.5 > udp (10)`, 'x.pkt', 'ipv4', 4).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ differences: [{ field: 'time' }] });
    expect(String(failed)).toMatch(/x\.pkt:6: udp \(10\): expected 2[45]\d\d\.\d ms .*got -?\d+\.\d ms/);
  });

  test('a packet may come from any address, and go to one', async () => {
    await play(
      `    0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3
   +0 bind(3, ..., ...) = 0
   +0 < ipv4 192.0.2.77 > 192.168.0.1: udp 7 > 8080 (10)
   +0 recv(3, ..., 100, 0) = 10
   +0 connect(3, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("192.0.2.1")}, ...) = 0
   +0 write(3, ..., 20) = 20
   +0 > ipv4 192.168.0.1 > 192.0.2.1: udp 8080 > 9 (20)
   +0 < udp (30)
   +0 recv(3, ..., 100, 0) = 30`,
      'x.pkt',
    );
  });

  test('a ping socket is refused where the group may not', async () => {
    await play('0 socket(..., SOCK_DGRAM, IPPROTO_ICMP) = -1 EACCES (Permission denied)', 'x.pkt');
  });

  test('a segment that comes too early, or too late, is told with both times', async () => {
    const text = `${listening}\n +0 write(4, ..., 10) = 10\n +2.5 > P. 1:11(10) ack 1`;
    const failed: unknown = await play(text, 'x.pkt', 'ipv4', 4).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(PktFailure);
    expect(failed).toMatchObject({ differences: [{ field: 'time' }] });
    expect(String(failed)).toMatch(
      /x\.pkt:10: P\. 1:11\(10\) ack 1: expected 2[45]\d\d\.\d ms .*got -?\d+\.\d ms \(tolerance \d+\.\d ms\)/,
    );
  });

  test('sendfile(2) sends a part of a file', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'sockwise-')), 'data');
    onTestFinished(() => rmSync(dirname(path), { recursive: true }));
    writeFileSync(path, 'x'.repeat(9));
    await play(
      `${listening}\n +0 open("${path}", O_RDONLY) = 5\n +0 sendfile(4, 5, [4], 9) = 5\n +0 > P. 1:6(5) ack 1`,
      'x.pkt',
    );
    await expect(play(`${listening}\n +0 open("${path}.not", O_RDONLY) = 5`, 'x.pkt')).rejects.toThrow(
      'open: expected 5, got -1 ENOENT',
    );
  });

  test('a call that blocks for ever ends with the script', async () => {
    const text = `${listening}\n +0...30 write(4, ..., 9000000) = 9000000\n +0 > R 7:7(0)`;
    await expect(play(text, 'x.pkt')).rejects.toThrow(/x\.pkt:10: /);
  });

  test('a call that is made again until it can go on is told too', async () => {
    await expect(play(`${listening}\n +0 read(4, ..., 9) = 9`, 'x.pkt')).rejects.toThrow(
      'x.pkt:9: read: it still blocks',
    );
  });

  test('a call that blocks longer than its line says is told', async () => {
    const text = `${listening}\n +0...0.1 write(4, ..., 9000000) = 9000000`;
    await expect(play(text, 'x.pkt')).rejects.toThrow('x.pkt:9: write: it still blocks');
  });

  test('what code has assigned is known to the code after it', async () => {
    const text = `${listening}\n +0 %{ X = tcpi_snd_mss }%\n +0 %{ assert X == 1000 }%`;
    await play(text, 'x.pkt');
    await expect(play(text.replace('== 1000', '== 7'), 'x.pkt')).rejects.toThrow('x.pkt:10: assert X == 7');
  });

  test('timestamps are compared where a script says how long a tick is', async () => {
    const text = (value: number): string => `--tcp_ts_tick_usecs=1000\n--tolerance_usecs=2000000
    0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
   +0 bind(3, ..., ...) = 0
   +0 listen(3, 1) = 0
   +0 < S 0:0(0) win 32792 <mss 1000,sackOK,TS val 7 ecr 0>
   +0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 7>
   +0 < . 1:1(0) ack 1 win 32792 <nop,nop,TS val 8 ecr 100>
   +0 accept(3, ..., ...) = 4
   +0 write(4, ..., 10) = 10
   +0 > P. 1:11(10) ack 1 <nop,nop,TS val ${value} ecr 8>`;
    await play(text(101), 'x.pkt');
    await expect(play(text(90_000), 'x.pkt')).rejects.toThrow(/x\.pkt:11: TS val: expected 90000, got \d+/);
  });

  test('calls and segments are in the record', async () => {
    const stage = await play(listening, 'x.pkt');
    const calls = stage.events.flatMap((event) => (event.kind === 'call' ? [event.name] : []));
    expect(calls).toEqual(['socket', 'bind', 'listen', 'accept']);
    expect(stage.events.filter(({ kind }) => kind === 'segment')).toHaveLength(3);
  });
});
