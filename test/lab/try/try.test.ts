import { expect, test } from 'vitest';
import { parseScenario, stateWords } from '../../../src/lab/try/scenario.js';
import { type TryResult, tryScenario } from '../../../src/lab/try/try.js';
import { tryText } from '../../../src/lab/try/try-text.js';
import { run } from '../../support/children.js';
import { program } from '../../support/matrix.js';
import { canMakeNamespaces, openDescriptors } from '../../support/namespaces.js';
import { describeNeeding, needs } from '../../support/needs.js';
import { canBecomeNobody } from '../../support/users.js';

/** Each call as `A listen ok`. */
function told({ calls }: TryResult): string[] {
  return calls.map(({ socket, step, outcome }) => `${socket} ${step.do} ${outcome}`);
}

describeNeeding(canMakeNamespaces, 'needs network namespaces')('tryScenario()', () => {
  test('plays sockets in order, and says which rule decided', async () => {
    const before = openDescriptors();
    const result = await tryScenario(
      parseScenario(['A: tcp bind 0.0.0.0:80 SO_REUSEADDR listen', 'B: tcp bind 127.0.0.1:80']),
    );
    expect(openDescriptors()).toBe(before);
    expect(told(result)).toEqual(['A bind ok', 'A option ok', 'A listen ok', 'B bind EADDRINUSE']);
    expect(result.works).toBe(false);
    expect(result.calls.at(-1)).toMatchObject({ agrees: true, rule: 'held-by-listener', sockets: ['A'] });
    expect(tryText(result)).toMatch(
      /B {2}bind 127\.0\.0\.1:80 {2}EADDRINUSE {2}held-by-listener \(A\)\n {5}A listener keeps/,
    );
  });

  test('goes on with a socket: the one that listens first wins', async () => {
    const bound = ['A: tcp SO_REUSEADDR bind *:80', 'B: tcp SO_REUSEADDR bind *:80'];
    const result = await tryScenario(parseScenario([...bound, 'A: listen', 'B: listen', 'A: close', 'B: listen']));
    expect(told(result).slice(4)).toEqual(['A listen ok', 'B listen EADDRINUSE', 'A close ok', 'B listen ok']);
    expect(result.calls.every(({ agrees }) => agrees !== false)).toBe(true);
  });

  test.each(Object.keys(stateWords))('leads a socket to %s, before and after it is closed', async (word) => {
    for (const end of ['', ' close']) {
      if (word === 'time-wait' && end !== '') continue;
      const beside = [`tcp bind 127.0.0.1:80 ${word}${end}`, 'tcp SO_REUSEADDR bind *:80', 'tcp bind 127.0.0.2:80'];
      const { calls } = await tryScenario(parseScenario(beside));
      const bind = calls.findLast(({ socket, step }) => socket === 'B' && step.do === 'bind');
      // What is gone after its close: nobody sent anything for SYN_SENT, and the other end had closed already for CLOSE_WAIT.
      const gone = end !== '' && ['syn-sent', 'close-wait'].includes(word);
      expect([bind?.outcome, bind?.agrees]).toEqual([gone ? 'ok' : 'EADDRINUSE', true]);
      expect(calls.at(-1)?.agrees).toBe(true);
    }
  });

  test('connects, and the connection outlives its listener', async () => {
    const result = await tryScenario(
      parseScenario([
        'tcp bind *:80 listen',
        'tcp connect 127.0.0.1:80',
        'A: close',
        'tcp bind 127.0.0.1:80',
        'tcp connect 127.0.0.1:81',
      ]),
    );
    expect(told(result)).toEqual([
      'A bind ok',
      'A listen ok',
      'B connect ok',
      'A close ok',
      'C bind EADDRINUSE',
      'D connect ECONNREFUSED',
    ]);
    expect(result.calls.map(({ rule }) => rule)).toEqual([
      'port-free',
      'port-free',
      'port-chosen',
      undefined,
      'held-by-connection',
      'nobody-listens',
    ]);
  });

  test.each([
    // What is bound, where it fails to connect to, and whether 127.0.0.1 and 127.0.0.2 are then free.
    ['tcp6 bind [::ffff:0.0.0.0]:80', '[::ffff:127.0.0.1]:81', 'EADDRINUSE', 'ok'],
    ['tcp6 bind [::ffff:0.0.0.0]:80', '[::]:81', 'EADDRINUSE', 'ok'],
    ['tcp6 bind [::ffff:0.0.0.0]:80', '[::1]:81', 'EADDRINUSE', 'EADDRINUSE'],
    ['tcp6 bind [::]:80', '[::ffff:127.0.0.1]:81', 'EADDRINUSE', 'EADDRINUSE'],
    ['tcp bind 0.0.0.0:80', '127.0.0.1:81', 'EADDRINUSE', 'EADDRINUSE'],
  ])('keeps what the kernel keeps of %s that cannot connect to %s', async (bound, to, first, second) => {
    const after = ['tcp bind 127.0.0.1:80', 'tcp bind 127.0.0.2:80'];
    const { calls } = await tryScenario(parseScenario([`A: ${bound} connect ${to}`, ...after]));
    expect(calls.slice(-2).map(({ outcome, agrees }) => [outcome, agrees])).toEqual([
      [first, true],
      [second, true],
    ]);
    expect(calls.every(({ agrees }) => agrees !== false)).toBe(true);
  });

  test('leads a socket whose port others listen on', async () => {
    const shared = ['A', 'B', 'C'].map((name) => `${name}: tcp SO_REUSEPORT bind 127.0.0.1:80 listen`);
    const drawn = await tryScenario(parseScenario([...shared, 'C: time-wait', 'tcp bind 127.0.0.2:80']));
    expect(drawn.calls.every(({ outcome, agrees }) => outcome === 'ok' && agrees !== false)).toBe(true);
    // 127.0.0.1 is nearer than the wildcard, which accept(2) waits on in vain.
    const near = 'A: tcp SO_REUSEPORT bind 127.0.0.1:80 listen';
    const lost = await tryScenario(parseScenario([near, 'B: tcp SO_REUSEPORT bind *:80 listen', 'B: established']));
    expect(told(lost).slice(-2)).toEqual(['B listen ok', 'B lead EAGAIN']);
  });

  test.each([
    ['127.0.0.1', '127.0.0.2'],
    ['127.0.0.2', '127.0.0.1'],
  ])('closes the end on %s of a connection whose ends have one port', async (own, other) => {
    const { calls } = await tryScenario(
      parseScenario([`tcp bind ${own}:81`, `tcp bind ${other}:81 listen`, `A: connect ${other}:81 close`]),
    );
    expect(calls.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  });

  test('acts as another user', async (context) => {
    needs(context, canBecomeNobody, 'only root of more than one user can act as another');
    const result = await tryScenario(
      parseScenario(['as 65534 tcp bind *:80', 'as 65534 tcp bind *:8080', 'A: as 0 bind *:80']),
    );
    expect(told(result)).toEqual(['A bind EACCES', 'B bind ok', 'A as ok', 'A bind ok']);
    expect(result.calls.every(({ agrees }) => agrees !== false)).toBe(true);
    expect(process.geteuid?.()).toBe(0);
  });

  test('refuses a step on a closed socket, and a user nobody knows', async () => {
    const before = openDescriptors();
    await expect(tryScenario(parseScenario(['tcp close listen']))).rejects.toThrow(
      'A, "listen": the socket is closed; open another one',
    );
    await expect(tryScenario(parseScenario(['as nosuchuser tcp']))).rejects.toThrow('A, "as nosuchuser": ');
    await expect(tryScenario(parseScenario(['tcp', 'udp as nosuchuser']))).rejects.toThrow('B, "as nosuchuser": ');
    await expect(tryScenario(parseScenario(['tcp6 bind [fe80::1%nope]:80']))).rejects.toThrow(
      'A, "bind [fe80::1%nope]:80": address: there is no interface "nope"',
    );
    expect(openDescriptors()).toBe(before);
    expect(process.geteuid?.()).toBe(0);
  });

  test('is a command: 0 if every call worked, 1 if one failed, 2 for words it does not know', async () => {
    const command = (...sockets: string[]) => run(process.execPath, [program, 'try', ...sockets]);
    expect((await command('tcp bind *:80 listen')).code).toBe(0);
    const failed = await command('--json', 'tcp bind *:80', 'tcp bind *:80');
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      works: false,
      calls: [{ outcome: 'ok' }, { outcome: 'EADDRINUSE' }],
    });
    const misspelt = await command('tcp bnid *:80');
    expect([misspelt.code, misspelt.stderr]).toEqual([2, expect.stringContaining('did you mean bind')]);
  });
});
