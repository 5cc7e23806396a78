import { execFileSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ladderEnd, ladderText } from '../../../../src/lab/draw/ladder/text.js';
import type { Json } from '../../../../src/lab/record/json.js';
import { call, mark } from '../../../support/events.js';
import { flagNames } from '../../../../src/lab/network/peer/segment.js';
import type { Trace, TraceSegment } from '../../../../src/lab/record/trace.js';
import {
  abortiveClose,
  longRun,
  longTexts,
  lostFin,
  manyConnections,
  noHosts,
  oneHost,
  plainClose,
  scriptError,
  simultaneousClose,
  threeHosts,
  timeWaitGap,
  traces,
} from '../../../support/traces.js';

/** The lines without colour, which a CI machine has. */
function plain(trace: Trace, width?: number): string[] {
  return stripVTControlCharacters(ladderText(trace, width)).split('\n');
}

/** Without the head, which ends with an empty line. */
function body(trace: Trace, width?: number): string[] {
  const lines = plain(trace, width);
  return lines.slice(lines.indexOf('') + 1);
}

function drawn(text: string): string[] {
  return text.replace(/^\n/, '').split('\n');
}

/** Counts Japanese, Chinese and emoji as wide, but for the katakana that are not (UAX #11). */
function columns(line: string): number {
  const wide = /\p{Script=Han}|\p{Script=Hira}|\p{Script=Kana}|\p{Emoji_Presentation}/u;
  const columnsOf = (char: string): number => {
    if (/[\p{Mn}\p{Me}]/u.test(char)) return 0;
    return wide.test(char) && !/[\uff61-\uffdc]/.test(char) ? 2 : 1;
  };
  return Array.from(line).reduce((sum, char) => sum + columnsOf(char), 0);
}

/** All that is written, without the lines of the hosts and the spaces. */
function letters(lines: readonly string[]): string {
  return lines.join('').replaceAll(/[\s|]/g, '');
}

describe('ladderEnd()', () => {
  test('has the hosts, the last lines of the ladder, and how many there are before', () => {
    const lines = ladderEnd(plainClose, 5).split('\n');
    expect(lines[0]).toMatch(/client +server/);
    const [before, ...last] = lines.slice(2);
    const all = ladderEnd(plainClose, 1000).split('\n').slice(2);
    expect(before).toBe(`(${all.length - 5} lines before)`);
    expect(last).toEqual(all.slice(-5));
    expect(all.length).toBeGreaterThan(15);
  });
});

describe('ladderText()', () => {
  test('draws no longer arrows on a wider terminal than 110 columns take', () => {
    const ends = (width: number): number =>
      Math.max(...plain(plainClose, width).flatMap((line) => (/[<>]/.test(line) ? [line.length] : [])));
    expect(ends(100)).toBeGreaterThan(80);
    expect(ends(200)).toBe(ends(110));
    expect(ends(200)).toBeLessThanOrEqual(110);
  });

  test('a close, with states beside the lines of their hosts', () => {
    expect(plain(plainClose)).toEqual(
      drawn(`
plain-close: A close that waits for nobody
Linux 6.12.0, Node 22.0.0

                  client                                       server
                192.168.0.1                                  192.168.0.2
0.10 ms              |                   listener: listen(5) = ok | LISTEN
0.60 ms              | connect(192.168.0.2:8080) = ok             |
0.62 ms    ~SYN_SENT |---------------- SYN seq=0 ---------------->| ~SYN_RECV
0.68 ms ~ESTABLISHED |<---------- SYN ACK seq=0 ack=1 ------------|
0.74 ms  ESTABLISHED |---------------- ACK ack=1 ---------------->| ~ESTABLISHED
0.97 ms              |                                            | ESTABLISHED
1.40 ms              |             listener: accept() = socket of |
                     |             192.168.0.1:40001              |
2.00 ms              | send(5 bytes) = 5 bytes                    |
2.02 ms              |-------- PSH ACK seq=1 ack=1 len=5 -------->|
2.08 ms              |<--------------- ACK ack=6 -----------------|
2.60 ms              |                     peer: recv() = 5 bytes |
2.90 ms ======================= the client closes first ========================
3.00 ms              | close() = ok                               |
3.02 ms   ~FIN_WAIT1 |----------- FIN ACK seq=6 ack=1 ----------->| CLOSE_WAIT
3.10 ms    FIN_WAIT2 |<--------------- ACK ack=7 -----------------|
3.80 ms              |               peer: recv() = end of stream |
4.40 ms              |                         peer: close() = ok |
4.42 ms    TIME_WAIT |<---------- FIN ACK seq=1 ack=7 ------------| ~LAST_ACK
4.50 ms              |---------------- ACK ack=2 ---------------->| CLOSED

~ inferred from a segment, not observed

client ends in: TIME_WAIT
bytes the server got: 5
`),
    );
  });

  test('what was lost ends in an X, and time without anything is a row', () => {
    expect(plain(lostFin)).toEqual(
      drawn(`
lost-fin: A FIN that is lost is sent again
Linux 6.12.0, Node 22.0.0

                    client                                     server
                  192.168.0.1                                192.168.0.2
  0.10 ms              |                           listen(5) = ok | LISTEN
  0.60 ms              | connect(192.168.0.2:8080) = ok           |
  0.62 ms    ~SYN_SENT |--------------- SYN seq=0 --------------->| ~SYN_RECV
  0.68 ms ~ESTABLISHED |<--------- SYN ACK seq=0 ack=1 -----------|
  0.74 ms  ESTABLISHED |--------------- ACK ack=1 --------------->| ~ESTABLISHED
  0.97 ms              |                                          | ESTABLISHED
  1.40 ms              |                     accept() = socket of |
                       |                     192.168.0.1:40001    |
  1.90 ms ============ the link loses everything for half a second =============
  2.00 ms              | close() = ok                             |
  2.02 ms    FIN_WAIT1 |----- FIN ACK seq=1 ack=1 -----X          |
                       :                … 204 ms …                :
206.10 ms              |-- FIN ACK seq=1 ack=1 again --X          |
                       :                … 416 ms …                :
622.40 ms              |------- FIN ACK seq=1 ack=1 again ------->| CLOSE_WAIT
622.46 ms    FIN_WAIT2 |<-------------- ACK ack=2 ----------------|

~ inferred from a segment, not observed
`),
    );
  });

  test('three hosts: states at the line, and an arrow across one', () => {
    expect(plain(threeHosts)).toEqual(
      drawn(`
three-hosts: A proxy between client and server
Linux 6.12.0, Node 22.0.0

        client                           proxy                            server
        192.168.0.1                   192.168.0.2                    192.168.0.3
                                                                        scripted
0.10 ms | connect(192.168.0.2:3128)        |                                   |
        | = ok                             |                                   |
0.12 ms |----------- SYN seq=0 ----------->|                                   |
0.20 ms |<----- SYN ACK seq=0 ack=1 -------|                                   |
0.30 ms |----------- ACK ack=1 ----------->|                                   |
        | ESTABLISHED                      |                                   |
0.33 ms |                                  | ESTABLISHED 3128>40001            |
1.00 ms |                                  | listener: accept() = socket       |
        |                                  | of 192.168.0.1:40001              |
1.50 ms |                                  | onward:                           |
        |                                  | connect(192.168.0.3:8080)         |
        |                                  | = ok                              |
1.52 ms |                                  |------------ SYN seq=0 ----------->|
1.60 ms |                                  |<------ SYN ACK seq=0 ack=1 -------|
1.63 ms |                                  | ESTABLISHED 51002>8080            |
1.70 ms |                                  |------------ ACK ack=1 ----------->|
3.00 ms | send(5 bytes) = 5 bytes          |                                   |
3.02 ms |--- PSH ACK seq=1 ack=1 len=5 --->|                                   |
3.10 ms |                                  |---- PSH ACK seq=1 ack=1 len=5 --->|
5.00 ms |                                  | onward: close() = ok              |
5.02 ms |                                  |------- FIN ACK seq=6 ack=1 ------>|
        |                                  | FIN_WAIT1 51002>8080              |
6.02 ms |<---------------------------- RST seq=7 ------------------------------|
`),
    );
  });

  test('60 columns: states at the line', () => {
    expect(plain(abortiveClose, 60)).toEqual(
      drawn(`
linger-zero (data unread): SO_LINGER of zero seconds resets
Linux 6.12.0, Node 22.0.0

        client                                        server
        192.168.0.1                              192.168.0.2
0.10 ms |                         listener: listen(5) = ok |
0.15 ms |                                           LISTEN |
0.60 ms | connect(192.168.0.2:8080) = ok                   |
0.62 ms |------------------- SYN seq=0 ------------------->|
        | ~SYN_SENT                                        |
0.65 ms |                                        ~SYN_RECV |
0.68 ms |<------------- SYN ACK seq=0 ack=1 ---------------|
0.71 ms | ~ESTABLISHED                                     |
0.74 ms |------------------- ACK ack=1 ------------------->|
0.77 ms |                                     ~ESTABLISHED |
0.95 ms | ESTABLISHED                                      |
0.97 ms |                                      ESTABLISHED |
1.40 ms |                   listener: accept() = socket of |
        |                   192.168.0.1:40001              |
2.00 ms | setsockopt(SO_LINGER, { on: true, seconds: 0     |
        | }) = ok                                          |
2.50 ms | close() = ok                                     |
2.52 ms |-------------- RST ACK seq=1 ack=1 -------------->|
        | CLOSED                                           |
2.58 ms |                                           CLOSED |
3.50 ms |                        peer: recv() = ECONNRESET |
4.00 ms |                      peer: send(5 bytes) = EPIPE |

~ inferred from a segment, not observed

sent: RST, ACK
the server got: ECONNRESET
timeWait: no
`),
    );
  });

  test('a long wait between a call and its return', () => {
    const lines = body(timeWaitGap);
    const at = lines.findIndex((line) => line.includes('waitForState(CLOSED) …'));
    expect(lines.slice(at, at + 5)).toEqual([
      ' 5.60 ms              | waitForState(CLOSED) …                    |',
      '                      :                … 60.0 s …                 :',
      '60.005 s       CLOSED |                                           |',
      '                      | … waitForState() = ok                     |',
      '         ==================== the four-tuple is free again =====================',
    ]);
  });

  test('a segment that takes its time, and a state of before that time apart from it', () => {
    const lines = body(simultaneousClose);
    const at = lines.findIndex((line) => line.startsWith(' 5.05 ms'));
    expect(lines.slice(at, at + 4)).toEqual([
      ' 5.05 ms              |<---- FIN ACK seq=1 ack=1, took 20 ms -----| FIN_WAIT1',
      '25.02 ms              |                                           | CLOSING',
      '25.04 ms              |<--------- ACK ack=2, took 20 ms ----------|',
      '25.05 ms      CLOSING |                                           |',
    ]);
  });

  test('what broke the script off, at its place, and the packets that were lost to the capture', () => {
    expect(body(scriptError).slice(-7)).toEqual([
      `1.80 ms === aborted: bind(192.168.0.1:80): EACCES <&> "quoted" and 'quoted': ===`,
      '        ============== permission denied, since the port is below ==============',
      '        ================= net.ipv4.ip_unprivileged_port_start ==================',
      '',
      '~ inferred from a segment, not observed',
      'the capture lost 3 packets',
      '',
    ]);
  });

  test('many segments as one row', () => {
    const lines = body(longRun);
    expect(letters(lines)).toContain('…99,996segments,72,397,104bytes,5,000,000moreinthecapturefileonly…');
    expect(lines.length).toBeLessThan(40);
  });

  test('connections are told apart by their ports, states too', () => {
    const text = letters(body(manyConnections));
    expect(text).toContain('40003>8080SYNseq=0');
    expect(text).toContain('~SYN_RECV8080>40002');
  });

  test('a state of another connection has a row of its own', () => {
    const segments = plainClose.segments.slice(0, 1);
    const [first] = segments;
    const local = { address: '192.168.0.1', port: 7 };
    const state = { atMs: 0.62, host: 'client', local, remote: first?.destination ?? local, state: 'CLOSED' };
    const lines = body({ ...noHosts, hosts: plainClose.hosts, segments, states: [{ ...state, how: 'seen' }] });
    expect(lines.slice(2, 4)).toEqual([
      '0.62 ms              |---------------- SYN seq=0 ---------------->|',
      '              CLOSED |                                            |',
    ]);
  });

  test('a long finding goes on with an indent', () => {
    expect(body({ ...noHosts, findings: { found: `${'a'.repeat(31)} ${'b'.repeat(39)}` } }, 40).slice(-4)).toEqual([
      `found: ${'a'.repeat(31)}`,
      `  ${'b'.repeat(38)}`,
      '  b',
      '',
    ]);
  });

  test('a segment that is too long for a line stands above its arrow', () => {
    const lines = body(longTexts);
    const at = lines.findIndex((line) => line.startsWith('10.00 ms'));
    expect(lines.slice(at, at + 3)).toEqual([
      '10.00 ms              |    SYN FIN RST PSH ACK seq=4294967295     |',
      '                      |      ack=4294967295 len=65535 again       |',
      '                      |------------------------------------------>|',
    ]);
  });

  /** The FIN of the client of `plainClose`, which took as long. */
  function slow(width: number, more: Partial<TraceSegment> = {}): string[] {
    const fin = plainClose.segments.find(({ from, flags }) => from === 'client' && flags.includes('FIN'));
    const segments = fin === undefined ? [] : [{ ...fin, sentMs: 1, receivedMs: 27, retransmission: true, ...more }];
    return body({ ...noHosts, hosts: plainClose.hosts, segments }, width).slice(2, -1);
  }

  test('how long a segment took is left out before its arrow is', () => {
    const words = 'FIN ACK seq=6 ack=1 again';
    expect(slow(80)).toEqual([`1.00 ms              |-- ${words}, took 26 ms -->|`]);
    expect(slow(78)).toEqual([`1.00 ms              |------- ${words} ------->|`]);
    expect(slow(78, { from: 'server', to: 'client' })).toEqual([`1.00 ms              |<------ ${words} --------|`]);
    expect(slow(40)).toEqual([`1.00 ms |  ${words}   |`, '        |----------------------------->|']);
  });

  test('a host that talks to itself, and no host at all', () => {
    expect(body(oneHost)).toContain('0.52 ms client --> client: SYN seq=0');
    expect(plain(noHosts).slice(0, 2)).toEqual(['nothing: Nothing', 'Linux 6.12.0, Node 22.0.0']);
  });

  test('so many hosts that there is no room for arrows', () => {
    const hosts = Array.from('abcdefghij', (name) => ({ name, address: `10.0.0.${name}`, scripted: false }));
    const events = plainClose.events.slice(0, 1).map((event) => ({ ...event, host: 'c' }));
    const segments = plainClose.segments.slice(0, 1).flatMap((one) => {
      const { receivedMs: _, ...lost } = { ...one, from: 'b', to: 'j' };
      return [{ ...one, from: 'b', to: 'j' }, lost];
    });
    const lines = body({ ...noHosts, hosts, events, segments });
    expect(lines.slice(0, 3)).toEqual([
      '0.10 ms c: listen(5) = ok',
      '0.62 ms b --> j: SYN seq=0',
      '        b --X j: SYN seq=0',
    ]);
  });

  test.each([39, 0, -1, 60.5, Number.NaN, Infinity])('refuses a width of %s', (width) => {
    expect(() => ladderText(plainClose, width)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
  });

  test.each(traces)('$name: no line is wider than asked for', (trace) => {
    for (const width of [40, 60, 80]) {
      const wide = plain(trace, width).filter((line) => columns(line) > width);
      expect(wide).toEqual([]);
    }
  });

  test('cuts nothing off from a call, its result, a mark, an error or a finding', () => {
    const word = fc.stringMatching(/^[a-z]{1,90}$/);
    const text = fc.array(word, { minLength: 1, maxLength: 9 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(text, fc.integer({ min: 40, max: 120 }), fc.constantFrom('client', 'server'), (long, width, host) => {
        const made = call(1, host, `${long}()`, long);
        const said = letters([long]);
        const has = (change: Partial<Trace>): string =>
          letters(body({ ...plainClose, ...change }, width)).replaceAll('=', '');
        expect(has({ events: [made], segments: [], states: [] })).toContain(`${said}()${said}`);
        expect(has({ events: [mark(1, long)], segments: [], states: [] })).toContain(said);
        expect(has({ error: { atMs: 9, message: long } })).toContain(said);
        expect(has({ findings: { found: long } })).toContain(`found:${said}`);
      }),
      { numRuns: 30 },
    );
  });

  const anyText = fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 }));
  const anyHost = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'nobody');
  const anyTime = fc.double({ min: 0, max: 1e9, noNaN: true });
  const anyEndpoint = fc.record({ address: fc.constantFrom('10.0.0.1', '10.0.0.2'), port: fc.nat(65535) });
  const anySegment = fc
    .record(
      {
        sentMs: anyTime,
        receivedMs: anyTime,
        from: anyHost,
        to: anyHost,
        source: anyEndpoint,
        destination: anyEndpoint,
        flags: fc.subarray([...flagNames]),
        seq: fc.nat(0xffffffff),
        ack: fc.nat(0xffffffff),
        window: fc.nat(65535),
        length: fc.nat(65535),
        retransmission: fc.boolean(),
      },
      {
        requiredKeys: [
          'sentMs',
          'from',
          'to',
          'source',
          'destination',
          'flags',
          'seq',
          'window',
          'length',
          'retransmission',
        ],
      },
    )
    .map((one) => ({ ...one, options: {} }));
  const anyState = fc.record(
    {
      atMs: anyTime,
      host: anyHost,
      local: anyEndpoint,
      remote: anyEndpoint,
      state: fc.oneof(fc.constantFrom('ESTABLISHED', 'CLOSED'), anyText),
      how: fc.constantFrom('seen' as const, 'implied' as const),
    },
    { requiredKeys: ['atMs', 'host', 'local', 'state', 'how'] },
  );
  const anyCall = fc.record({
    kind: fc.constant('call' as const),
    atMs: anyTime,
    endMs: anyTime,
    host: anyHost,
    actor: anyText,
    name: anyText,
    args: fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 2 }) as fc.Arbitrary<Json[]>,
    outcome: fc.record({ ok: fc.boolean(), errno: anyText }),
  });
  const few = { maxLength: 12 };
  const anyTrace = fc
    .record({
      title: anyText,
      hosts: fc.subarray(['a', 'b', 'c', 'd', 'e', 'f']),
      address: anyText,
      calls: fc.array(anyCall, few),
      marks: fc.array(fc.tuple(anyTime, anyText), few),
      segments: fc.array(anySegment, few),
      states: fc.array(anyState, few),
      dropped: fc.nat(),
      findings: fc.oneof(anyText, fc.dictionary(anyText, anyText), fc.array(anyText), fc.constant(null)),
      error: fc.record({ atMs: anyTime, message: anyText }),
    })
    .map(
      ({ hosts, address, calls, marks, ...rest }): Trace => ({
        ...noHosts,
        ...rest,
        events: [...calls, ...marks.map(([atMs, text]) => mark(atMs, text))],
        hosts: hosts.map((name) => ({ name, address, scripted: name === 'b' })),
      }),
    );

  test('of any trace has no line that is too wide, no control character and no space at an end', () => {
    fc.assert(
      fc.property(anyTrace, fc.integer({ min: 40, max: 130 }), (trace, width) => {
        for (const line of plain(trace, width)) {
          expect(columns(line)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/\p{Cc}|\p{Cs}| $/u);
        }
      }),
    );
  });
});

describe('colour', () => {
  const program = `
    import { readFileSync } from 'node:fs';
    import { ladderText } from '${new URL('../../../../dist/lab/index.js', import.meta.url).href}';
    process.stdout.write(ladderText(JSON.parse(readFileSync(0, 'utf8'))));
  `;

  /** In a process of its own, since picocolors looks at the environment when it is loaded. */
  function colored(environment: NodeJS.ProcessEnv): string {
    const { FORCE_COLOR: _, NO_COLOR: __, CI: ___, ...env } = process.env;
    return execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      env: { ...env, ...environment },
      input: JSON.stringify(abortiveClose),
      encoding: 'utf8',
    });
  }

  const red = '\u001b[31m';

  test('makes resets and failed calls red, and nothing else of this run', () => {
    const lines = colored({ FORCE_COLOR: '1' })
      .split('\n')
      .filter((line) => line.includes(red));
    expect(lines.map((line) => /RST|ECONNRESET|EPIPE/.exec(stripVTControlCharacters(line))?.[0])).toEqual([
      'RST',
      'ECONNRESET',
      'EPIPE',
    ]);
  });

  test.each([{}, { CI: 'true' }, { NO_COLOR: '1' }])(
    'is off without a terminal and with NO_COLOR: %o',
    (environment) => {
      expect(colored(environment)).not.toContain('\u001b');
    },
  );

  test('does not change the text', () => {
    expect(stripVTControlCharacters(colored({ FORCE_COLOR: '1' }))).toBe(colored({ NO_COLOR: '1' }));
  });
});
