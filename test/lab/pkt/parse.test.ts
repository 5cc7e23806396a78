import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parsePkt } from '../../../src/lab/pkt/parse.js';
import { optionBytes } from '../../../src/lab/pkt/values.js';
import { AssertionFailure, runCode } from '../../../src/lab/pkt/code.js';
import { obstaclesOf } from '../../../src/lab/pkt/support.js';
import { ScriptError } from '../../../src/lab/record/scanner.js';

describe('parsePkt()', () => {
  test('reads events with their times, and what the first comment says', () => {
    const script = parsePkt(
      '// About\n// this.\n--mtu=1400\n 0 listen(3, 1) = 0\n+.2~+.3 > . 1:1(0) ack 2\n* < R 1:1(0)\n',
      'a.pkt',
    );
    expect(script.about).toBe('About this.');
    expect(script.options).toMatchObject([{ name: 'mtu', value: '1400' }]);
    expect(script.lines.map(({ when }) => when)).toEqual([
      { kind: 'at', ms: 0 },
      { kind: 'after', ms: 200, latestMs: 300 },
      { kind: 'any' },
    ]);
  });

  test.each([
    ['0 listen(3 1) = 0', '1:12: expected "," or ")", got "1) = 0"'],
    ['0 listen(3, 1)', '1:15: expected "=", got the end'],
    ['0 listen(3, 1) =', '1:17: expected a value, got the end'],
    ['x listen(3, 1) = 0', '1:1: expected a time in seconds, got "x listen(3, 1) = 0"'],
    ['0 < S 0:0(0) win', '1:17: expected a window, got the end'],
    ['0 < Q 0:0(0)', '1:5: expected flags, as "S", "P." or "-" for none, got "Q 0:0(0)"'],
    ['0 < S 0:5(4)', '1:7: 0:5(4): 4 bytes from 0 end at 4'],
    ['0 < S 0:0(0) win 70000', '1:18: a window: expected 16 bits, got 70000'],
    ['0 < S 0:0(0) <mss>', '1:18: expected an MSS, got ">"'],
    [
      '0 < S 0:0(0) <mss 1,foo>',
      '1:21: expected a TCP option (nop, eol, sackOK, sack, mss, wscale, TS, FOEXP, FO, md5), got "foo>"',
    ],
    ['0 < S 0:0(0) <mss 1', '1:20: expected "," or ">", got the end'],
    ['0 < S 0:0(0) <FO abc>', '1:18: expected bytes as pairs of hexadecimal digits, got "abc"'],
    ['0 < (tos 300) S 0:0(0)', '1:10: a TOS byte: expected 0 to 255, got 300'],
    ['0 < gre: S 0:0(0)', '1:5: gre packets cannot be played: TCP, UDP and ICMP alone'],
    ['0 < udp', '1:8: expected "(", got the end'],
    ['0 < udp ()', '1:10: expected a number of bytes, got ")"'],
    ['0 < udp (10', '1:12: expected ")", got the end'],
    ['0 < udp (-1)', '1:10: a number of bytes: expected 16 bits, got -1'],
    ['0 < udp (65536)', '1:10: a number of bytes: expected 16 bits, got 65536'],
    ['0 < udp 70000 > 9 (10)', '1:9: a port: expected 16 bits, got 70000'],
    ['0 < udp 9 > (10)', '1:9: expected "(", got "9 > (10)"'],
    ['0 < udp S 0:0(0)', '1:9: expected "(", got "S 0:0(0)"'],
    ['0 < udp (10) ack 1', '1:14: expected a time in seconds, got "ack 1"'],
    ['0 < icmp echo_request id 65536', '1:26: an identifier: expected 16 bits, got 65536'],
    ['0 < icmp unreachable [udp 10]', '1:27: expected "(", got "10]"'],
    ['0 < icmp unreachable [udp (10)', '1:31: expected "]", got the end'],
    ['0 `echo', '1:4: expected a command that ends with `, got "echo"'],
    ['0 %{ assert 1', '1:6: expected code that ends with }%, got "assert 1"'],
    ['0 close(3) = 0\n\n  +0 wat', '3:9: expected "(", got the end'],
    ['0 poll([{fd=3, events=POLLIN], 1, 0) = 1', '1:29: expected "," or "}", got "], 1, 0) = 1"'],
  ])('says where %j is wrong, and what was expected', (text, message) => {
    expect(() => parsePkt(text, 'a.pkt')).toThrow(ScriptError);
    expect(() => parsePkt(text, 'a.pkt')).toThrow(`a.pkt:${message}`);
  });

  test.each([
    ['0 listen(3, 99999999999999999999) = 0', '1:13: expected a number of 53 bits, got 99999999999999999999'],
    ['0 < 99999 > 80 S 0:0(0)', '1:5: a port: expected 16 bits, got 99999'],
    ['0 < S 4294967296:4294967296(0)', '1:7: a sequence number: expected 32 bits, got 4294967296'],
    ['0 listen(3, 1) = "x"', '1:18: listen: expected a number or "..." as result, got "x"'],
    [`0 listen(${'['.repeat(100_000)}`, 'nested too deeply'],
  ])('numbers that do not fit are refused: %.40s', (text, message) => {
    expect(() => parsePkt(text, 'a.pkt')).toThrow(ScriptError);
    expect(() => parsePkt(text, 'a.pkt')).toThrow(message);
  });

  const folder = fileURLToPath(new URL('scripts/', import.meta.url));
  const token = /"[^"\n]*"|[A-Za-z_]\w*|\d+|\.\.\.|\S/g;
  test.each(readdirSync(folder))(
    '%s without any one of its pieces is read, or a place and what was expected are told',
    (name) => {
      const text = readFileSync(`${folder}${name}`, 'utf8');
      let wrong = 0;
      for (const { 0: piece, index } of text.matchAll(token)) {
        const less = text.slice(0, index) + text.slice(index + piece.length);
        try {
          if (obstaclesOf(parsePkt(less, name), { allowShell: true }).length > 0) wrong++;
        } catch (error) {
          wrong++;
          expect(error, `without ${JSON.stringify(piece)} at ${index}`).toBeInstanceOf(ScriptError);
          expect(String(error)).toMatch(/\.pkt:\d+:\d+: \S/);
        }
      }
      expect(wrong).toBeGreaterThan(20);
    },
  );

  test('100,000 lines are read', () => {
    const text = '+0 < . 1:1(0) ack 1 win 257 <nop,nop,TS val 1 ecr 2>\n'.repeat(100_000);
    expect(parsePkt(text, 'a.pkt').lines.at(-1)?.place).toEqual({ line: 100_000, column: 1 });
  });
});

describe('obstaclesOf()', () => {
  const reasons = (text: string, allowShell = false): string[] =>
    obstaclesOf(parsePkt(text, 'a.pkt'), { allowShell }).map(({ place, reason }) => `${place.line}: ${reason}`);

  test('names what cannot be played, with its line, and nothing else', () => {
    const text =
      '0 `true`\n0 epoll_pwait(4) = 4\n0 send(3, ..., 1, MSG_ZEROCOPY) = 1\n0 write(3, NULL, 1) = -1 EFAULT\n0 setsockopt(3, SOL_TCP, TCP_WAT, [1], 4) = 0\n0 read(3, ..., 1) = 1';
    expect(reasons(text)).toEqual([
      '1: a shell command, which is run with --allow-shell only: true',
      '2: epoll_pwait: not a call that can be made',
      '5: setsockopt: TCP_WAT is not known',
    ]);
  });

  test('names what would be ignored: options, other kinds of sockets, control messages', () => {
    expect(reasons('--non_fatal=packet\n--mss=1000\n--strict_segments\n--define=A=1\n0 listen(3, 1) = 0')).toEqual([
      '1: --non_fatal: not an option that is known',
      '2: --mss: not an option that is known',
    ]);
    expect(reasons('0 socket(..., SOCK_RAW, IPPROTO_UDP) = 3')).toEqual([
      '1: socket: expected SOCK_STREAM or SOCK_DGRAM, got SOCK_RAW',
    ]);
    expect(reasons('0 socket(..., SOCK_STREAM, IPPROTO_MPTCP) = 3')).toEqual([
      '1: socket: expected 0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP or IPPROTO_ICMPV6, got IPPROTO_MPTCP',
    ]);
    expect(
      reasons('0 setsockopt(3, SOL_UDP, UDP_SEGMENT, [1000], 4) = 0\n0 setsockopt(3, 17, 103, [1000], 4) = 0'),
    ).toEqual([
      '1: setsockopt: UDP_SEGMENT: a veth carries whole what it would cut',
      '2: setsockopt: UDP_SEGMENT: a veth carries whole what it would cut',
    ]);
    const receive = (type: string): string =>
      `0 recvmsg(3, {msg_iov(1)=[{..., 9}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=${type}, cmsg_data=0}]}, 0) = 9`;
    expect(reasons(receive('TCP_CM_INQ'))).toEqual([]);
    expect(reasons(receive('SO_MARK'))).toEqual(['1: recvmsg: control messages of SO_MARK are not compared']);
  });

  const opened = '0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3';

  test.each([
    [`${opened}\n+0 < udp (65507)\n+0 > (ttl 64) udp (0)\n+0 > udp 0 > 9 (0)`, []],
    [opened, []],
    ['0 < udp 40000 > 9 (10)\n+0 > udp 9 > 40000 (10)', []],
    [
      '0 < udp (10)\n+0 > udp (10)\n+0 > udp 0 > 9 (10)',
      [
        '1: udp (10): no UDP socket has been opened before it: write its ports, as udp 40000 > 9 (10)',
        '2: udp (10): no UDP socket has been opened before it: open one with SOCK_DGRAM',
        '3: udp (10): no UDP socket has been opened before it: open one with SOCK_DGRAM',
      ],
    ],
    ['0 socket(..., SOCK_DGRAM, IPPROTO_ICMP) = 3\n+0 < udp (10)', ['2: udp (10): no UDP socket has been opened']],
    [`${opened}\n+0 < udp (65508)`, ['2: udp (65508): expected at most 65507 bytes over IPv4, got 65508']],
    [`--ip_version=ipv6\n${opened}\n+0 < udp (65527)`, []],
    [`--ip_version=ipv6\n${opened}\n+0 < udp (65528)`, ['3: udp (65528): expected at most 65527 bytes over IPv6']],
    [`${opened}\n+0 < ipv4 192.0.2.9 > 999.0.2.1: udp (1)`, ['2: 999.0.2.1: expected an IPv4 address']],
    ['0 < ipv4 192.0.2.9 > ::1: S 0:0(0)', ['1: ::1: expected an IPv4 address']],
    ['0 > icmp unreachable port_unreachable [udp (10)]\n0 > icmp echo_reply id 4', []],
    ['0 < icmp type_200 code_7\n0 < icmp unreachable precedence_cutoff [raw (8)]', []],
    ['0 < icmp type_256', ['1: icmp type_256 : not a type and code that is known']],
    ['0 < icmp echo_request mtu 1200', ['1: icmp echo_request: only unreachable frag_needed has an MTU']],
    ['--ip_version=ipv6\n0 > icmp unreachable mtu 1300', ['2: icmp unreachable: only packet_too_big has an MTU']],
    ['0 < icmp unreachable host_unreachable id 4', ['1: icmp unreachable: an error has no identifier']],
    [
      '0 < icmp echo_request [udp (10)]',
      ['1: icmp echo_request: it is about no packet; [raw (36)] says how long it is'],
    ],
    ['0 < icmp echo_request [raw (7)]', ['1: icmp echo_request [raw (7)]: expected 8 to 65515 bytes, got 7']],
    ['0 < icmp unreachable [udp (65508)]', ['1: icmp unreachable [udp (65508)]: expected at most 65507 bytes']],
  ])('names which packets cannot be: %j', (text, expected) => {
    const told = reasons(text);
    expect(told.map((reason, index) => reason.slice(0, expected[index]?.length))).toEqual(expected);
  });

  test.each([
    ['--mtu=99999999', '--mtu: expected 68 to 65535, got 99999999'],
    ['--mtu=0', '--mtu: expected 68 to 65535, got 0'],
    ['--ip_version=ipv6\n--mtu=1000', '--mtu: expected 1280 to 65535, got 1000'],
    ['--bind_port=70000', '--bind_port: expected 1 to 65535, got 70000'],
    ['--connect_port=-1', '--connect_port: expected a number, got -1'],
    ['--local_ip=foo', '--local_ip: expected an IPv4 address, got foo'],
    ['--remote_ip=::1', '--remote_ip: expected an IPv4 address, got ::1'],
    ['--ip_version=ipv6\n--gateway_ip=10.0.0.1', '--gateway_ip: expected an IPv6 address, got 10.0.0.1'],
    ['--netmask_ip=255.0.255.0', '--netmask_ip: expected a mask as 255.255.0.0, got 255.0.255.0'],
    ['--ip_version=ipv5', '--ip_version: expected ipv4, ipv6, ipv4-mapped-ipv6, got ipv5'],
  ])('names the line of an option that cannot be taken: %s', (options, reason) => {
    expect(reasons(`${options}\n0 listen(3, 1) = 0`)).toEqual([`${options.split('\n').length}: ${reason}`]);
  });

  test.each([
    ['0 listen(3) = 0', '1:11: listen: expected a number of 32 bits, got ")"'],
    ['0 listen(3, 1, 2) = 0', '1:16: listen: expected 2 arguments, got 2'],
    ['0 shutdown(3, 5) = 0', '1:15: shutdown: expected SHUT_RD, SHUT_WR or SHUT_RDWR, got 5'],
    ['0 read(3, ..., -1) = 0', '1:16: read: expected a number of bytes below 2**31, got -1'],
    ['0 read(-3, ..., 1) = 0', '1:8: read: expected a descriptor, as 3, got -3'],
    ['0 setsockopt(3, SOL_TCP, TCP_NODELAY, ]', '1:39: expected a value, got "]"'],
    ['0 poll([{fd=3}], 1, 0) = 1', '1:8: poll: expected what to poll in [{ }], got [{fd=3}]'],
    ['0 listen(3, 4294967296) = 0', '1:13: listen: expected a number of 32 bits, got 4294967296'],
    [
      '0 send(3, ..., 1, MSG_DONTWAIT|0x100000000) = 1',
      '1:19: send: expected a number of 32 bits, got MSG_DONTWAIT|4294967296',
    ],
    [
      '0 setsockopt(3, SOL_TCP, TCP_KEEPIDLE, [4294967297], 4) = 0',
      '1:40: setsockopt: expected a value as [1], "cubic" or {onoff=1, linger=0}, its numbers of 32 bits, got [4294967297]',
    ],
    [
      '0 getsockopt(3, SOL_TCP, TCP_KEEPIDLE, [-2147483649], [4]) = 0',
      '1:40: getsockopt: expected a value as [1], "cubic" or {onoff=1, linger=0}, its numbers of 32 bits, got [-2147483649]',
    ],
    [
      '0 epoll_ctl(5, EPOLL_CTL_ADD, 4, {events=0x100000001, fd=4}) = 0',
      '1:34: epoll_ctl: expected an event in { }, got {events=4294967297, fd=4}',
    ],
    ['0 ioctl(4, SIOCINQ, [4294967296]) = 0', '1:21: ioctl: expected a number in [ ], got [4294967296]'],
    [
      '0 sendmsg(4, {msg_iov(1)=[{..., 2147483648}], msg_flags=0}, 0) = 1',
      '1:14: sendmsg: expected a message in { }, with a msg_iov as [{..., 100}], got {msg_iov=[{..., 2147483648}], msg_flags=0}',
    ],
    [
      '0 bind(3, {sa_family=AF_INET, sin_port=htons(65536)}, 16) = 0',
      '1:11: bind: expected "...", "AF_UNSPEC" or {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, got {sa_family=AF_INET, sin_port=htons(65536)}',
    ],
    ['0 < icmp unreachable frag_needed mtu 65536', '1:1: icmp unreachable: an MTU: expected 16 bits, got 65536'],
    ['0 < icmp unreachable [1:70001(70000)]', '1:31: a number of bytes: expected 16 bits, got 70000'],
    ['0 < icmp unreachable [4294967296:1(1)]', '1:23: a sequence number: expected 32 bits, got 4294967296'],
    ['0 < icmp unreachable wat', '1:1: icmp unreachable wat: not a type and code that is known'],
    ['0 listen(3, 1) = 0\n+600 listen(3, 1) = 0', '1:1: it takes 600 s: expected at most 500 s'],
  ])('says where %j is wrong, and what was expected', (text, message) => {
    let told: string;
    try {
      told = obstaclesOf(parsePkt(text, 'a.pkt'), {})
        .map(({ place, reason }) => `${place.line}:${place.column}: ${reason}`)
        .join('\n');
    } catch (error) {
      told = String(error).replace('UsageError: a.pkt:', '');
    }
    expect(told).toBe(message);
  });

  test('code is read before anything runs: names, functions, forms', () => {
    const read = (code: string): (() => unknown) => {
      const script = parsePkt(`0 listen(3, 1) = 0\n+0 %{ ${code} }%`, 'a.pkt');
      return () => obstaclesOf(script, {});
    };
    expect(read('assert tcpi_nothing == 1')).toThrow('a.pkt:2:14: there is no tcpi_nothing');
    expect(read('X = 1\nassert X << -1 == tcpi_state')).not.toThrow();
    expect(read('X = 1\n  import os')).toThrow('a.pkt:3:3: expected "assert" or an assignment');
  });

  test('a shell command is none where it is allowed', () => {
    expect(reasons('0 `true`', true)).toEqual([]);
  });
});

describe('optionBytes()', () => {
  const bytes = (text: string, length: number): number[] | undefined => {
    const [line] = parsePkt(`0 setsockopt(3, 1, 2, ${text}, 4) = 0`, 'a.pkt').lines;
    const value = line?.kind === 'call' ? line.args[3] : undefined;
    const made = value && optionBytes(value, length);
    return made && [...made];
  };

  test('has ints of 32 bits, and of 64 where the length is that of so many', () => {
    expect(bytes('[4294967295]', 4)).toEqual([255, 255, 255, 255]);
    expect(bytes('[4294967297]', 4)).toBeUndefined();
    expect(bytes('[4294967297]', 8)).toEqual([1, 0, 0, 0, 1, 0, 0, 0]);
    expect(bytes('[-1]', 8)).toEqual(Array(8).fill(255));
    expect(bytes('{onoff=1, linger=2}', 8)).toEqual([1, 0, 0, 0, 2, 0, 0, 0]);
    expect(bytes('{onoff=1, linger=4294967296}', 8)).toBeUndefined();
  });

  test('has a text as the script has it, in UTF-8', () => {
    expect(bytes('"☃"', 16)).toEqual([0xe2, 0x98, 0x83]);
  });
});

describe('code of a script', () => {
  const names = new Map([['tcpi_snd_cwnd', 10]]);
  const run = (code: string): void => runCode(code, 'a.pkt:3', (name) => names.get(name));

  test.each([
    'assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd',
    'assert 9 < tcpi_snd_cwnd <= 10 and not tcpi_snd_cwnd == 11',
    'X = 0x10 | 1\nassert X == 17; assert (X & 1) != 0',
    'X = 7; X += 2; assert X == 9; X //= 2; X <<= 3; assert X == 32; X -= 2; assert X == 30',
    'assert 7 // 2 == 3 and 7 % 4 == 3 and -7 // 2 == -4',
    "assert abs(-3) == 3 or False, 'never'",
    'print(tcpi_snd_cwnd); assert 1 + 2 * 3 == 7',
    'assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd  # as before\n# and so on\nassert 1 == 1',
    "assert tcpi_snd_cwnd == 10, 'cwnd %d of %d' % (tcpi_snd_cwnd, 2 * tcpi_snd_cwnd)",
  ])('holds: %s', (code) => {
    expect(() => run(code)).not.toThrow();
  });

  test('an assertion that does not hold tells itself and its message', () => {
    expect(() => run("assert tcpi_snd_cwnd == 11, 'cwnd=%d' % tcpi_snd_cwnd")).toThrow(AssertionFailure);
    expect(() => run('assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd')).toThrow(
      'assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd: 10',
    );
    expect(() => run('assert 1 < tcpi_snd_cwnd < 10')).toThrow(AssertionFailure);
    expect(() => run('assert 7 // 2 == 4')).toThrow('assert 7 // 2 == 4');
    expect(() => run("assert 1 == 2, 'cwnd %d of %d' % (tcpi_snd_cwnd, 20)  # always")).toThrow(
      /^assert 1 == 2, 'cwnd %d of %d' % \(tcpi_snd_cwnd, 20\): cwnd %d of %d 10, 20$/,
    );
    expect(() => run('# the second holds not\nassert 1 == 1 # this does\nassert 1 == 2')).toThrow(AssertionFailure);
  });

  test.each([
    ['import os', 'expected "assert" or an assignment: no other Python is run'],
    ['assert nothing == 1', 'there is no nothing'],
    ['X += 1', 'a.pkt:3:1:3: there is no X'],
    ['X = 1; X <<= -1', 'it cannot be computed with 1 and -1'],
    ['assert open(1)', 'there is no function open'],
    ['assert (1', 'expected ")"'],
    ['assert 1.5 | 2', 'it cannot be computed with 1.5 and 2'],
  ])('nothing but that is run: %s', (code, message) => {
    expect(() => run(code)).toThrow(message);
  });
});
