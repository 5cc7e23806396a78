import { describe, expect, test } from 'vitest';
import { parsePkt } from '../../../src/lab/pkt/parse.js';
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
    ['0 < udp (10)', '1:5: udp packets cannot be played: TCP and ICMP alone'],
    ['0 `echo', '1:4: expected a command that ends with `, got "echo"'],
    ['0 %{ assert 1', '1:6: expected code that ends with }%, got "assert 1"'],
    ['0 close(3) = 0\n\n  +0 wat', '3:9: expected "(", got the end'],
    ['0 poll([{fd=3, events=POLLIN], 1, 0) = 1', '1:29: expected "," or "}", got "], 1, 0) = 1"'],
  ])('says where %j is wrong, and what was expected', (text, message) => {
    expect(() => parsePkt(text, 'a.pkt')).toThrow(ScriptError);
    expect(() => parsePkt(text, 'a.pkt')).toThrow(`a.pkt:${message}`);
  });

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
    expect(reasons('0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3')).toEqual(['1: socket: expected SOCK_STREAM']);
    const receive = (type: string): string =>
      `0 recvmsg(3, {msg_iov(1)=[{..., 9}], msg_control=[{cmsg_level=SOL_TCP, cmsg_type=${type}, cmsg_data=0}]}, 0) = 9`;
    expect(reasons(receive('TCP_CM_INQ'))).toEqual([]);
    expect(reasons(receive('SO_MARK'))).toEqual(['1: recvmsg: control messages of SO_MARK are not compared']);
  });

  test('a shell command is none where it is allowed', () => {
    expect(reasons('0 `true`', true)).toEqual([]);
  });
});

describe('code of a script', () => {
  const names = new Map([['tcpi_snd_cwnd', 10]]);
  const run = (code: string): void => runCode(code, 'a.pkt:3', (name) => names.get(name));

  test.each([
    'assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd',
    'assert 9 < tcpi_snd_cwnd <= 10 and not tcpi_snd_cwnd == 11',
    'X = 0x10 | 1\nassert X == 17; assert (X & 1) != 0',
    'assert 7 // 2 == 3 and 7 % 4 == 3 and -7 // 2 == -4',
    "assert abs(-3) == 3 or False, 'never'",
    'print(tcpi_snd_cwnd); assert 1 + 2 * 3 == 7',
  ])('holds: %s', (code) => {
    expect(() => run(code)).not.toThrow();
  });

  test('an assertion that does not hold tells itself and its message', () => {
    expect(() => run("assert tcpi_snd_cwnd == 11, 'cwnd=%d' % tcpi_snd_cwnd")).toThrow(AssertionFailure);
    expect(() => run('assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd')).toThrow(
      'assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd: 10',
    );
    expect(() => run('assert 1 < tcpi_snd_cwnd < 10')).toThrow(AssertionFailure);
  });

  test.each([
    ['import os', 'expected "assert" or an assignment: no other Python is run'],
    ['assert nothing == 1', 'there is no nothing'],
    ['assert open(1)', 'there is no function open'],
    ['assert (1', 'expected ")"'],
  ])('nothing but that is run: %s', (code, message) => {
    expect(() => run(code)).toThrow(message);
  });
});
