import { describe, expect, test, vi } from 'vitest';
import { SystemCallError } from '../../src/errors.js';
import { explain } from '../../src/explain/explain.js';
import type { BindRequest } from '../../src/explain/predict.js';
import { explanationText, harmless, holderLines, ownerText } from '../../src/explain/text.js';
import type { Trial } from '../../src/explain/trial.js';
import { listSockets } from '../../src/netlink/sock-diag.js';
import { Socket } from '../../src/socket/socket.js';
import { runScript } from '../support/children.js';
import { canMakeNamespaces, openDescriptors } from '../support/namespaces.js';
import { needs } from '../support/needs.js';
import { canDropPrivileges, cannotDropPrivileges, runAsUser } from '../support/privileges.js';
import { codeOf, listening } from '../support/sockets.js';
import { listsBoundOnly } from '../support/kernel.js';

const built = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href);

describe('explain', () => {
  test('a request for a free port: nothing is in the way', () => {
    using socket = listening();
    const { port } = socket.getsockname();
    socket.close();
    const explanation = explain({ protocol: 'tcp', address: '127.0.0.1', port, listen: true });
    expect(explanation).toMatchObject({ free: true, rule: 'port-free', holders: [], cures: [] });
    expect(explanation).not.toHaveProperty('code');
    expect(explanationText(explanation)).toBe(`Free: nothing is in the way of TCP 127.0.0.1:${port}.`);
  });

  test('an error whose cause is gone says so', async () => {
    const socket = listening();
    const address = socket.getsockname();
    let error: unknown;
    try {
      Socket.open().bind(address);
    } catch (caught) {
      error = caught;
    }
    socket.close();
    const explanation = explain(error);
    expect(explanation).toMatchObject({ code: 'EADDRINUSE', call: 'bind', free: true, holders: [] });
    expect(explanation.notes.join()).toMatch(/closed since the call failed/);
    expect(explanationText(explanation)).toMatch(/bind\(\) failed with EADDRINUSE on TCP .*; now it would work/);
  });

  test("an error of Node's names the call that failed, and libuv's option", () => {
    using socket = listening();
    const { port } = socket.getsockname();
    const error = Object.assign(new Error(), { code: 'EADDRINUSE', syscall: 'listen', address: '127.0.0.1', port });
    const explanation = explain(error);
    expect(explanation).toMatchObject({
      call: 'bind',
      code: 'EADDRINUSE',
      rule: 'held-by-listener',
      request: { protocol: 'tcp', listen: true, options: { SO_REUSEADDR: true } },
    });
    expect(explanation.notes.join()).toMatch(/Node names listen\(\)/);
  });

  test("an error of Node's dgram is of UDP", () => {
    using socket = Socket.open({ type: 'dgram' }).bind({ address: '127.0.0.1' });
    const { port } = socket.getsockname();
    const error = Object.assign(new Error(), { code: 'EADDRINUSE', syscall: 'bind', address: '127.0.0.1', port });
    expect(explain(error)).toMatchObject({ call: 'bind', rule: 'held-by-udp-socket', request: { protocol: 'udp' } });
  });

  test('what another user may bind does not follow from what this process may', () => {
    const request = { protocol: 'tcp', address: '127.0.0.1', port: 82, uid: 12_345 } as const;
    const [no, yes] = [undefined, true].map((canBindPrivileged) =>
      explain({ ...request, canBindPrivileged }, { trials: false }),
    );
    expect([no?.rule, yes?.rule]).toEqual(['privileged-port', 'port-free']);
  });

  test('sockets that have ports are not listed where any port will do', () => {
    using _socket = listening();
    const text = explanationText(explain({ protocol: 'tcp', address: '127.0.0.1' }, { trials: false }));
    expect(text).toBe('Free: nothing is in the way of TCP 127.0.0.1, any port.');
  });

  test('a refused connect() met nobody; a listener on another address is shown', () => {
    using socket = listening('127.0.0.2');
    const { port } = socket.getsockname();
    const error = Object.assign(new Error(), { code: 'ECONNREFUSED', syscall: 'connect', address: '127.0.0.1', port });
    const explanation = explain(error);
    expect(explanation).toMatchObject({ call: 'connect', rule: 'nobody-listens', holders: [] });
    expect(explanation.others).toMatchObject([{ localAddress: '127.0.0.2', localPort: port }]);
    expect(explanation.cures[0]?.text).toMatch(/^Start the server/);
  });

  test('sockets of another address are shown apart', () => {
    using socket = listening('127.0.0.2');
    const { port } = socket.getsockname();
    const explanation = explain({ protocol: 'tcp', address: '127.0.0.1', port, listen: true });
    expect(explanation.holders).toEqual([]);
    expect(explanation.others.map(({ localAddress }) => localAddress)).toEqual(['127.0.0.2']);
    expect(explanationText(explanation)).toMatch(/Also on the port, and not in the way:\n {2}LISTEN {2}127\.0\.0\.2:/);
  });

  test('leaves no descriptor open, and no trial', () => {
    using socket = listening();
    const { port } = socket.getsockname();
    const before = openDescriptors();
    explain({ protocol: 'tcp', address: '127.0.0.1', port, listen: true });
    expect(openDescriptors()).toBe(before);
  });

  test('without trials says so, and has the cures all the same', () => {
    using socket = listening();
    const request = { protocol: 'tcp', address: '127.0.0.1', port: socket.getsockname().port } as const;
    for (const options of [{ trials: false }, { timeoutMs: 0 }]) {
      const { cures, trial } = explain(request, options);
      expect(cures.map((cure) => cure.trial.result)).not.toContain('works');
      expect(cures.length).toBeGreaterThan(0);
      expect(trial.result).toBe('not tried');
    }
  });

  test('reads each process once, and the table once, however many sockets are on the port', async (context) => {
    // Outside, sockets of others on the port's other addresses may be closed meanwhile, and then all is looked at again.
    needs(context, canMakeNamespaces, 'no network namespaces');
    const script = `
      import { native } from ${JSON.stringify(new URL('../../dist/native/load.js', import.meta.url).href)};
      import { explain, NetworkNamespace } from ${built};
      let reads = new Map();
      const original = native.socketDescriptors;
      native.socketDescriptors = (pid, below, pairs) => {
        // Others may open more while the memory grows.
        const read = pid + " " + pairs.length;
        reads.set(read, (reads.get(read) ?? 0) + 1);
        return original(pid, below, pairs);
      };
      const network = NetworkNamespace.create();
      const l = network.run(() => Socket.open()).bind({ address: '127.0.0.1' }).listen();
      const port = l.getsockname().port;
      const open = [];
      for (let i = 0; i < 100; i++) { const c = network.run(() => Socket.open()); await c.connect(l.getsockname()); open.push(c, await l.accept()); }
      const { holders } = network.run(() => explain({ protocol: 'tcp', address: '127.0.0.1', port }, { trials: false }));
      console.log(JSON.stringify([holders.length, Math.max(...reads.values())]));
      for (const socket of open) socket.close();
      l.close();
      network.close();`;
    const { stdout, stderr } = await runScript(script);
    // Before Linux 6.8 a socket may be there that no table lists, and descriptors are read again to find it.
    expect([stdout.trim(), stderr]).toEqual([`[101,${listsBoundOnly ? 1 : 2}]`, '']);
  });

  test('a privileged port: its rule, and the cures tried in a user namespace', async (context) => {
    needs(context, canDropPrivileges, cannotDropPrivileges);
    const { stdout, stderr } = await runAsUser(
      `import { explain, namespacesAvailable } from ${built};
       try { Socket.open().bind({ address: '127.0.0.1', port: 81 }); } catch (error) {
         const { call, code, rule, trial, cures } = explain(error, { timeoutMs: 60_000 });
         const tried = cures.map(({ action = 'none', trial }) => [action, trial.result]);
         console.log(JSON.stringify([namespacesAvailable().how, call, code, rule, trial, cures[0].text, tried]));
       }`,
    );
    expect(stderr).toBe('');
    const [how, call, code, rule, trial, first, tried] = JSON.parse(stdout) as [string, ...unknown[]];
    expect([call, code, rule, first]).toEqual(['bind', 'EACCES', 'privileged-port', 'Use a port from 1024 up.']);
    if (how !== 'user-namespace') {
      expect(trial).toEqual({ result: 'not tried', reason: expect.stringMatching(/namespace/) as string });
      return;
    }
    // Root of that namespace without the capability fails as the user does.
    expect(trial).toEqual({ result: 'fails', call: 'bind', code: 'EACCES' });
    expect(tried).toEqual([
      ['another port', 'works'],
      ['CAP_NET_BIND_SERVICE', 'works'],
      ['none', 'not tried'],
      ['ip_unprivileged_port_start', 'works'],
    ]);
  });

  test('tries cures as an ordinary user too, in a user namespace; where there is none it says so', async (context) => {
    needs(context, canDropPrivileges, cannotDropPrivileges);
    const { stdout, stderr } = await runAsUser(
      `import { explain } from ${built};
       import { namespacesAvailable } from ${built};
       const l = listener();
       const request = { protocol: 'tcp', ...l.getsockname(), family: undefined };
       const { trial, cures, holders } = explain(request, { timeoutMs: 60_000 });
       const late = explain(request, { timeoutMs: 100 });
       const owned = holders[0].owners[0].pid === process.pid;
       console.log(JSON.stringify([namespacesAvailable().how, trial, cures[0].trial, owned, late.trial]));
       l.close();`,
    );
    expect(stderr).toBe('');
    const [how, trial, cure, owned, late] = JSON.parse(stdout) as [string, Trial, Trial, boolean, Trial];
    expect([owned, late.result]).toEqual([true, 'not tried']);
    if (how === 'user-namespace') {
      expect(trial).toEqual({ result: 'fails', call: 'bind', code: 'EADDRINUSE' });
      expect(cure).toEqual({ result: 'works' });
    } else {
      expect(trial).toEqual({ result: 'not tried', reason: expect.stringMatching(/namespace/) as string });
      expect(cure).toEqual(trial);
    }
  });

  test('says what it did not look at for want of time, and begins nothing after it', () => {
    using socket = listening();
    const { port } = socket.getsockname();
    // Each look at the clock takes 40 ms.
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 40));
    try {
      const { holders, unseen, trial, code, rule } = explain(
        { protocol: 'tcp', address: '127.0.0.1', port, listen: true },
        { timeoutMs: 150 },
      );
      expect([code, rule]).toEqual(['EADDRINUSE', 'held-by-listener']);
      expect(holders.map(({ localPort }) => localPort)).toEqual([port]);
      expect(unseen).toContainEqual({ kind: 'out-of-time', processes: expect.any(Number) as number });
      expect(trial).toEqual({ result: 'not tried', reason: 'there was no time for it' });
    } finally {
      clock.mockRestore();
    }
  });

  test.each([
    [undefined, 'ERR_ARGUMENT_INVALID'],
    [null, 'ERR_ARGUMENT_INVALID'],
    [8080, 'ERR_ARGUMENT_INVALID'],
    ['EADDRINUSE', 'ERR_ARGUMENT_INVALID'],
    [{}, 'ERR_ARGUMENT_INVALID'],
    [new Error('no call'), 'ERR_ARGUMENT_INVALID'],
    [Object.assign(new Error(), { code: 'ENOENT', syscall: 'open' }), 'ERR_ARGUMENT_INVALID'],
    [{ protocol: 'unix' }, 'ERR_ARGUMENT_INVALID'],
    [{ protocol: 'unix', path: '' }, 'ERR_ARGUMENT_INVALID'],
    [{ protocol: 'unix', path: 'a\0b' }, 'ERR_ARGUMENT_INVALID'],
    [{ protocol: 'unix', path: 'x'.repeat(108) }, 'ERR_OUT_OF_RANGE'],
    [{ protocol: 'unix', path: '/x', type: 'raw' }, 'ERR_ARGUMENT_INVALID'],
    [{ protocol: 'unix', path: '/x', call: 'listen' }, 'ERR_ARGUMENT_INVALID'],
    [{ protocol: 'unix', path: '/x', port: 1 }, 'ERR_ARGUMENT_INVALID'],
    [{ protocol: 'tcp', port: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ protocol: 'tcp', port: 65_536 }, 'ERR_OUT_OF_RANGE'],
    [{ protocol: 'tcp', port: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    [{ protocol: 'tcp', port: 2 ** 31 }, 'ERR_OUT_OF_RANGE'],
    [{ protocol: 'tcp', port: '80' }, 'ERR_ARGUMENT_INVALID'],
    [{ protocol: 'sctp', port: 80 }, 'ERR_ARGUMENT_INVALID'],
    [{ protocol: 'tcp', port: 80, address: 'localhost' }, 'ERR_ADDRESS_INVALID'],
    [{ protocol: 'tcp', port: 80, adress: '::' }, 'ERR_ARGUMENT_INVALID'],
  ])('refuses %j', async (given, code) => {
    expect(await codeOf(() => explain(given))).toBe(code);
  });

  test.each([{ timeoutMs: -1 }, { timeoutMs: Number.NaN }, { timeout: 1 }])(
    'refuses the options %j',
    async (options) => {
      expect(await codeOf(() => explain({ protocol: 'tcp', port: 80 }, options as object))).toMatch(/^ERR_/);
    },
  );

  test('takes an error that says where to, and nothing else', async () => {
    const error = new SystemCallError(-98, 'connect');
    expect(await codeOf(() => explain(error))).toBe('ERR_ARGUMENT_INVALID');
  });
});

describe('text', () => {
  test('what a process calls itself cannot rule the terminal, and is cut', () => {
    expect(harmless('a\u001b[2Jb\u202ec\nd\u2028e')).toBe('a\\u{1b}[2Jb\\u{202e}c\\u{a}d\\u{2028}e');
    expect(harmless('x'.repeat(70_000))).toHaveLength(120);
    const owner = { pid: 7, fds: [3], name: 'evil', argv: ['\u001b]0;title\u0007', 'y'.repeat(65_536)] };
    expect(ownerText(owner)).toMatch(/^pid 7 \\u\{1b\}\]0;title\\u\{7\} y+…$/);
    expect(ownerText({ ...owner, argv: [] })).toBe('pid 7 [evil]');
  });

  test('of very many sockets a few are shown, and the others are counted', () => {
    using socket = listening();
    const [row] = listSockets({ localPort: socket.getsockname().port, owners: true });
    if (row === undefined) throw new Error('not listed');
    const lines = holderLines(Array.from({ length: 5_000 }, () => row));
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('… and 4990 LISTEN more');
  });

  test('what is not seen is said where it could change the verdict, or an owner is missing', () => {
    using socket = listening();
    const { port } = socket.getsockname();
    const request: BindRequest = { protocol: 'tcp', address: '127.0.0.1', port, listen: true };
    const held = explain(request, { trials: false });
    const unseen = [
      { kind: 'other-users', processes: 1 },
      { kind: 'options', sockets: 2, reason: 'no time' },
    ] as const;
    expect(explanationText({ ...held, unseen })).toMatch(/\nNot seen: options of 2 sockets \(no time\)\.$/);
    const nobody = held.holders.map((holder) => ({ ...holder, owners: [] }));
    expect(explanationText({ ...held, holders: nobody, unseen })).toMatch(
      /\nNot seen: the descriptors of 1 process of other users\. Root sees them\.\nNot seen: options/,
    );
    const free = explain({ ...request, port: 0 }, { trials: false });
    expect(explanationText({ ...free, others: nobody, unseen })).toMatch(/^Free: .*any port\.$/);
  });

  test('a listener has a line as the manual shows it', () => {
    using socket = listening();
    const { port } = socket.getsockname();
    const text = explanationText(explain({ protocol: 'tcp', address: '0.0.0.0', port, listen: true }));
    expect(text.split('\n')[0]).toMatch(new RegExp(`^LISTEN  127\\.0\\.0\\.1:${port}  pid ${process.pid} `));
    expect(text).toMatch(/^bind\(\) fails with EADDRINUSE \(address already in use\) on TCP 0\.0\.0\.0:\d+\.$/m);
    expect(text).toMatch(/^Rule held-by-listener: /m);
    expect(text).toMatch(/^ {2}1\. /m);
  });
});
