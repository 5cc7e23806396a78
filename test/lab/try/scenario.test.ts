import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseScenario,
  printScenario,
  type Scenario,
  type ScenarioPart,
  type ScenarioStep,
  type StateWord,
  stateWords,
} from '../../../src/lab/try/scenario.js';

describe('parseScenario()', () => {
  test('reads what README shows', () => {
    expect(parseScenario(['A: tcp bind 0.0.0.0:80 SO_REUSEADDR listen', 'B: tcp bind 127.0.0.1:80'])).toEqual([
      {
        name: 'A',
        protocol: 'tcp',
        steps: [
          { do: 'bind', address: '0.0.0.0', port: 80 },
          { do: 'option', name: 'SO_REUSEADDR', value: true },
          { do: 'listen' },
        ],
      },
      { name: 'B', protocol: 'tcp', steps: [{ do: 'bind', address: '127.0.0.1', port: 80 }] },
    ]);
  });

  test('gives names by letter, and goes on with a socket that has one', () => {
    const scenario = parseScenario(['tcp', 'web: udp6 bind *:53', 'A: connect *:80', 'as 1000 udp']);
    expect(scenario).toEqual([
      { name: 'A', protocol: 'tcp', steps: [] },
      { name: 'web', protocol: 'udp6', steps: [{ do: 'bind', address: '::', port: 53 }] },
      { name: 'A', steps: [{ do: 'connect', address: '0.0.0.0', port: 80 }] },
      { name: 'C', protocol: 'udp', user: '1000', steps: [] },
    ]);
  });

  test.each([
    ['SO_REUSEADDR', true],
    ['SO_REUSEADDR=1', true],
    ['SO_REUSEADDR=off', false],
    ['SO_RCVBUF=4096', 4096],
    ['SO_BINDTODEVICE=eth0', 'eth0'],
    ['SO_LINGER=5', { on: true, seconds: 5 }],
    ['SO_LINGER=off', { on: false, seconds: 0 }],
  ])('reads %s', (text, value) => {
    expect(parseScenario([`tcp ${text}`])[0]?.steps[0]).toMatchObject({ value });
  });

  test('a socket without a name takes no letter that another has', () => {
    const scenario = parseScenario(['B: tcp', 'udp', 'as 1000 tcp']);
    expect(scenario.map(({ name }) => name)).toEqual(['B', 'C', 'D']);
  });

  /** Each says which argument, which word, what is wrong with it, and what it may have meant. */
  const wrong: readonly [argv: readonly string[], where: string, says: string][] = [
    [[''], 'argument 1', 'no words'],
    [['tcp', ' \t'], 'argument 2', 'no words'],
    [['A:'], 'argument 1', 'expected a protocol (tcp, udp, tcp6, udp6)'],
    [['as root'], 'argument 1', 'expected a protocol'],
    [['tcp', 'tpc'], 'argument 2, word 1, "tpc"', 'a protocol first (tcp, udp, tcp6, udp6); did you mean tcp,'],
    [['TCP bind *:80'], 'argument 1, word 1, "TCP"', 'did you mean tcp?'],
    [['bind *:80'], 'argument 1, word 1, "bind"', 'expected a protocol first'],
    [['SO_REUSEADDR tcp'], 'argument 1, word 1, "SO_REUSEADDR"', 'expected a protocol first (tcp, udp, tcp6, udp6)'],
    [['sctp bind *:80'], 'argument 1, word 1, "sctp"', 'did you mean tcp,'],
    [['tcp tcp'], 'argument 1, word 2, "tcp"', 'the protocol stands once'],
    [['A: tcp', 'A: tcp'], 'argument 2, word 2, "tcp"', 'argument 1 has opened A already; leave the protocol out'],
    [['web: tcp', 'wbe: listen'], 'argument 2, word 2, "listen"', 'no socket wbe was opened before; did you mean web?'],
    [['A: listen'], 'argument 1, word 2, "listen"', 'no socket A was opened before'],
    [['9: tcp'], 'argument 1, word 1, "9:"', 'a name of letters and digits before the colon'],
    [['A:tcp bind *:80'], 'argument 1, word 1, "A:tcp"', 'expected a space after the colon: A: tcp'],
    [['tcp bnid *:80'], 'argument 1, word 2, "bnid"', 'unknown word; did you mean bind,'],
    [['tcp LISTEN'], 'argument 1, word 2, "LISTEN"', 'did you mean listen?'],
    [['tcp TIME_WAIT'], 'argument 1, word 2, "TIME_WAIT"', 'did you mean time-wait?'],
    [['tcp bind *:80,listen'], 'argument 1, word 3, "*:80,listen"', 'expected ADDRESS:PORT'],
    [['tcp listen 80'], 'argument 1, word 3, "80"', 'stand after bind or connect, as bind *:8080'],
    [['tcp 127.0.0.1:80'], 'argument 1, word 2, "127.0.0.1:80"', 'stand after bind or connect'],
    [['tcp bind'], 'argument 1, word 2, "bind"', 'expected ADDRESS:PORT after it'],
    [['tcp connect'], 'argument 1, word 2, "connect"', 'expected ADDRESS:PORT after it'],
    [['tcp as'], 'argument 1, word 2, "as"', 'expected a user after it'],
    [['tcp bind 80'], 'argument 1, word 3, "80"', 'expected ADDRESS:PORT, as 127.0.0.1:8080 or *:8080'],
    [['tcp bind :80'], 'argument 1, word 3, ":80"', '"" is not an IP address; for every address write *'],
    [['tcp bind 127.0.0.1:'], 'argument 1, word 3, "127.0.0.1:"', 'expected ADDRESS:PORT'],
    [['tcp6 bind ::1:80'], 'argument 1, word 3, "::1:80"', 'expected ADDRESS:PORT, as [::1]:8080'],
    [['tcp bind *:65536'], 'argument 1, word 3, "*:65536"', 'expected a port from 0 to 65535, got 65536'],
    [['tcp bind *:2147483648'], 'argument 1, word 3, "*:2147483648"', 'expected a port from 0 to 65535'],
    [['tcp bind *:-1'], 'argument 1, word 3, "*:-1"', 'expected ADDRESS:PORT'],
    [['tcp bind *:NaN'], 'argument 1, word 3, "*:NaN"', 'expected ADDRESS:PORT'],
    [['tcp bind *:8e1'], 'argument 1, word 3, "*:8e1"', 'expected ADDRESS:PORT'],
    [['tcp bind 1.2.3:80'], 'argument 1, word 3, "1.2.3:80"', '"1.2.3" is not an IP address'],
    [['tcp bind localhost:80'], 'argument 1, word 3, "localhost:80"', '"localhost" is not an IP address'],
    [['tcp6 bind [fe80::1%]:80'], 'argument 1, word 3, "[fe80::1%]:80"', '"fe80::1%" is not an IP address'],
    [['tcp bind [::1]:80'], 'argument 1, word 3, "[::1]:80"', 'a tcp socket takes IPv4 addresses; open it as tcp6'],
    [['tcp6 bind 127.0.0.1:80'], 'argument 1, word 3, "127.0.0.1:80"', 'write [::ffff:127.0.0.1]:80'],
    [['tcp so_reuseadr'], 'argument 1, word 2, "so_reuseadr"', 'did you mean SO_REUSEADDR,'],
    [['tcp so_reuseaddr'], 'argument 1, word 2, "so_reuseaddr"', 'did you mean SO_REUSEADDR?'],
    [['tcp SO_REUSEADR'], 'argument 1, word 2, "SO_REUSEADR"', 'did you mean SO_REUSEADDR,'],
    [['tcp SO_REUSEADDR=2'], 'argument 1, word 2, "SO_REUSEADDR=2"', 'is a switch: expected 1 or 0, got "2"'],
    [['tcp SO_REUSEADDR='], 'argument 1, word 2, "SO_REUSEADDR="', 'is a switch: expected 1 or 0, got ""'],
    [['tcp SO_RCVBUF'], 'argument 1, word 2, "SO_RCVBUF"', 'SO_RCVBUF takes a number'],
    [['tcp SO_RCVBUF=NaN'], 'argument 1, word 2, "SO_RCVBUF=NaN"', 'SO_RCVBUF takes a number'],
    [['tcp SO_RCVBUF=1.5'], 'argument 1, word 2, "SO_RCVBUF=1.5"', 'SO_RCVBUF takes a number'],
    [['tcp SO_RCVBUF=-1'], 'argument 1, word 2, "SO_RCVBUF=-1"', 'takes a number from 0 to 2147483647, got -1'],
    [['tcp SO_RCVBUF=2147483648'], 'argument 1, word 2, "SO_RCVBUF=2147483648"', 'a number from 0 to 2147483647'],
    [['tcp SO_MARK=4294967296'], 'argument 1, word 2, "SO_MARK=4294967296"', 'a number from 0 to 4294967295'],
    [['tcp SO_BINDTODEVICE='], 'argument 1, word 2, "SO_BINDTODEVICE="', 'SO_BINDTODEVICE takes a name'],
    [['tcp SO_LINGER=x'], 'argument 1, word 2, "SO_LINGER=x"', 'SO_LINGER takes seconds or off'],
    [['tcp SO_LINGER=-1'], 'argument 1, word 2, "SO_LINGER=-1"', 'SO_LINGER takes seconds or off'],
    [['tcp TCP_INFO'], 'argument 1, word 2, "TCP_INFO"', 'TCP_INFO can only be read'],
    [['tcp SO_ATTACH_FILTER=1'], 'argument 1, word 2, "SO_ATTACH_FILTER=1"', 'cannot be written here'],
    [['udp time-wait'], 'argument 1, word 2, "time-wait"', 'UDP sockets have no such state'],
    [['tcp \u001b[2J'], 'argument 1, word 2, "\\u001b[2J"', 'unknown word'],
  ];
  test.each(wrong)('refuses %j', (argv, where, says) => {
    let refusal: unknown;
    try {
      parseScenario(argv);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ name: 'UsageError', code: 'ERR_ARGUMENT_INVALID' });
    const { message } = refusal as Error;
    expect([message.slice(0, where.length + 2), message]).toEqual([`${where}: `, expect.stringContaining(says)]);
  });

  test('asks for sockets where there are none', () => {
    expect(() => parseScenario([])).toThrow(/^no sockets: give an argument for each/);
  });
});

const port = fc.integer({ min: 0, max: 65_535 });
const ipv4 = fc.ipV4();
const ipv6 = fc.constantFrom('::', '::1', '::ffff:127.0.0.1', 'fd00::1');
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);

function steps(isIPv6: boolean, isTcp: boolean): fc.Arbitrary<ScenarioStep[]> {
  const address = isIPv6 ? ipv6 : ipv4;
  const option = fc.oneof(
    fc.record({ do: fc.constant('option' as const), name: fc.constant('SO_REUSEPORT' as const), value: fc.boolean() }),
    fc.record({ do: fc.constant('option' as const), name: fc.constant('SO_RCVBUF' as const), value: fc.nat() }),
    fc.record({ do: fc.constant('option' as const), name: fc.constant('SO_BINDTODEVICE' as const), value: word }),
    fc.record({ on: fc.boolean(), seconds: fc.nat(999) }).map(({ on, seconds }) => ({
      do: 'option' as const,
      name: 'SO_LINGER' as const,
      value: { on, seconds: on ? seconds : 0 },
    })),
  );
  const lead = fc.constantFrom(...(Object.keys(stateWords) as StateWord[])).map((to) => ({ do: 'lead' as const, to }));
  const step: fc.Arbitrary<ScenarioStep> = fc.oneof(
    fc.record({ do: fc.constantFrom('bind' as const, 'connect' as const), address, port }),
    fc.constantFrom({ do: 'listen' as const }, { do: 'close' as const }),
    fc.record({ do: fc.constant('as' as const), user: word }),
    option,
    ...(isTcp ? [lead] : []),
  );
  return fc.array(step, { maxLength: 6 });
}

const opening: fc.Arbitrary<ScenarioPart> = fc
  .constantFrom('tcp' as const, 'udp' as const, 'tcp6' as const, 'udp6' as const)
  .chain((protocol) => {
    const user = fc.option(word, { nil: undefined });
    return fc
      .tuple(steps(protocol.endsWith('6'), protocol.startsWith('tcp')), user)
      .map(([list, by]) => ({ name: '', protocol, ...(by !== undefined && { user: by }), steps: list }));
  });

const scenario: fc.Arbitrary<Scenario> = fc
  .array(opening, { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map((part, index) => ({ ...part, name: `s${index}` })));

test('what printScenario() prints is read as the same', () => {
  fc.assert(
    fc.property(scenario, (given) => {
      expect(parseScenario(printScenario(given))).toEqual(given);
    }),
  );
});
