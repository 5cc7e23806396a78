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

  const wrong: readonly [argv: readonly string[], says: string][] = [
    [[], 'no sockets'],
    [[''], 'argument 1: no words'],
    [['A:'], 'argument 1: expected a protocol'],
    [['tcp', 'tpc'], 'argument 2, word 1, "tpc": expected a protocol first (tcp, udp, tcp6, udp6); did you mean tcp'],
    [['bind *:80'], 'argument 1, word 1, "bind": expected a protocol first'],
    [['tcp tcp'], 'word 2, "tcp": the protocol stands once'],
    [['tcp bnid *:80'], 'word 2, "bnid": unknown word; did you mean bind'],
    [['tcp bind'], 'word 2, "bind": expected ADDRESS:PORT after it'],
    [['tcp bind 80'], 'word 3, "80": expected ADDRESS:PORT'],
    [['tcp bind *:65536'], 'word 3, "*:65536": expected a port from 0 to 65535, got 65536'],
    [['tcp bind *:-1'], 'word 3, "*:-1": expected ADDRESS:PORT'],
    [['tcp bind *:NaN'], 'expected ADDRESS:PORT'],
    [['tcp bind 1.2.3:80'], 'argument 1, word 3: expected an IPv4 or IPv6 address, got "1.2.3"'],
    [['tcp bind [::1]:80'], 'a tcp socket takes IPv4 addresses; open it as tcp6'],
    [['tcp6 bind 127.0.0.1:80'], 'for this one write [::ffff:127.0.0.1]:80'],
    [['tcp SO_REUSEADR'], 'word 2, "SO_REUSEADR": unknown option; did you mean SO_REUSEADDR'],
    [['tcp SO_REUSEADDR=2'], 'SO_REUSEADDR is a switch: expected 1 or 0, got "2"'],
    [['tcp SO_RCVBUF'], 'SO_RCVBUF takes a number'],
    [['tcp SO_BINDTODEVICE='], 'SO_BINDTODEVICE takes a name'],
    [['tcp SO_LINGER=x'], 'SO_LINGER takes seconds or off'],
    [['tcp TCP_INFO'], 'TCP_INFO can only be read'],
    [['tcp SO_ATTACH_FILTER=1'], 'the value of SO_ATTACH_FILTER cannot be written here'],
    [['udp time-wait'], 'UDP sockets have no such state'],
    [['tcp as'], '"as": expected a user after it'],
    [['9: tcp'], 'expected a name of letters and digits before the colon'],
  ];
  test.each(wrong)('refuses %j: %s', (argv, says) => {
    expect(() => parseScenario(argv)).toThrow(says);
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
