import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { explain } from '../../src/explain/explain.js';
import { explanationText } from '../../src/explain/text.js';
import { SystemCallError } from '../../src/errors.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { Socket } from '../../src/socket/socket.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { needs } from '../support/needs.js';
import { canDropPrivileges, cannotDropPrivileges, runAsUser } from '../support/privileges.js';

const folder = mkdtempSync(join(tmpdir(), 'sockwise-unix-'));
let count = 0;
const freshPath = (): string => join(folder, `s${count++}`);
afterAll(() => rmSync(folder, { recursive: true }));

type Type = 'stream' | 'dgram' | 'seqpacket';

function bound(path: string, type: Type = 'stream'): Socket<'unix'> {
  return Socket.open({ family: 'unix', type }).bind({ path });
}

/** What bind(2) says of the path. */
function bindOf(path: string, type: Type = 'stream'): string {
  using socket = Socket.open({ family: 'unix', type });
  try {
    socket.bind({ path });
    unlinkSync(path);
    return 'ok';
  } catch (error) {
    if (error instanceof SystemCallError) return error.code;
    throw error;
  }
}

describe('a path', () => {
  test('of a listener: names it, and the first cure was tried', () => {
    const path = freshPath();
    using _holder = bound(path).listen();
    const found = explain({ protocol: 'unix', path });
    expect(found).toMatchObject({ code: bindOf(path), call: 'bind', free: false, rule: 'unix-path-in-use' });
    expect(found.holders).toMatchObject([{ state: 'LISTEN', path, owners: [{ pid: process.pid }] }]);
    expect(found.trial).toEqual({ result: 'fails', call: 'bind', code: 'EADDRINUSE' });
    expect(found.cures.map(({ trial }) => trial.result)).toEqual(['works', 'works']);
    expect(explanationText(found)).toMatch(new RegExp(`^LISTEN {2}${path} {2}pid ${process.pid} `));
  });

  test.each(['stream', 'dgram', 'seqpacket'] as const)('of a %s socket that is only bound is in use too', (type) => {
    const path = freshPath();
    using _holder = bound(path, type);
    expect(explain({ protocol: 'unix', path }).rule).toBe('unix-path-in-use');
  });

  test('of a socket that is closed is stale: removing the file helps', () => {
    const path = freshPath();
    bound(path).listen().close();
    const found = explain({ protocol: 'unix', path });
    expect(found).toMatchObject({ code: bindOf(path), rule: 'unix-path-stale', holders: [] });
    expect(found.cures[0]).toMatchObject({ action: 'unlink', trial: { result: 'works' } });
    unlinkSync(path);
    expect(explain({ protocol: 'unix', path })).toMatchObject({ free: true, rule: 'unix-path-free' });
    expect(bindOf(path)).toBe('ok');
  });

  test('that was removed and made again belongs to the second socket', () => {
    const path = freshPath();
    using _first = bound(path).listen();
    unlinkSync(path);
    bound(path).close();
    expect(explain({ protocol: 'unix', path }).rule).toBe('unix-path-stale');
  });

  test('whose listener is gone is stale, though a connection it accepted is still open', () => {
    const path = freshPath();
    const listener = bound(path).listen();
    using client = Socket.open({ family: 'unix' });
    client.tryConnect({ path });
    using _accepted = listener.tryAccept();
    listener.close();
    expect(explain({ protocol: 'unix', path }).rule).toBe('unix-path-stale');
  });

  test('does not disturb who listens there', () => {
    const path = freshPath();
    using listener = bound(path).listen();
    explain({ protocol: 'unix', path });
    explain({ protocol: 'unix', path, call: 'connect' });
    expect(listener.tryAccept()).toBeUndefined();
  });

  test('of a socket in the network namespace of another process is in use, by that process', async (context) => {
    needs(context, canMakeNamespaces, 'needs network namespaces');
    const path = freshPath();
    using namespace = NetworkNamespace.create();
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('ready'))`;
    const child = namespace.run(() =>
      spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    try {
      await once(child.stdout, 'data');
      const explanation = explain({ protocol: 'unix', path });
      expect(explanation).toMatchObject({
        rule: 'unix-path-in-use',
        holders: [{ path, type: 'stream', state: 'LISTEN', isElsewhere: true, owners: [{ pid: child.pid }] }],
      });
      expect(explanationText(explanation).split('\n')[0]).toMatch(
        new RegExp(`^LISTEN  .*  pid ${child.pid} .*, in another network namespace$`),
      );
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  test('of a socket in a network namespace without processes is in use, and says why none is listed', (context) => {
    needs(context, canMakeNamespaces, 'needs network namespaces');
    const path = freshPath();
    using namespace = NetworkNamespace.create();
    using _holder = namespace.run(() => Socket.open({ family: 'unix' })).bind({ path });
    const explanation = explain({ protocol: 'unix', path });
    expect(explanation).toMatchObject({ rule: 'unix-path-in-use', holders: [] });
    expect(explanation.unseen).toContainEqual({ kind: 'network-namespace' });
    expect(explanationText(explanation)).toMatch(/^Not seen: the socket itself, because it is in another network/m);
  });

  test('of another file, of no folder, through a file, and a broken link', () => {
    const file = freshPath();
    writeFileSync(file, '');
    const link = freshPath();
    symlinkSync(freshPath(), link);
    const paths = [file, join(folder, 'none', 's'), join(file, 's'), link];
    const rules = paths.map((path) => explain({ protocol: 'unix', path }));
    expect(rules.map(({ rule }) => rule)).toEqual([
      'unix-path-no-socket',
      'unix-no-folder',
      'unix-no-such-folder',
      'unix-path-no-socket',
    ]);
    expect(rules.map(({ code }) => code)).toEqual(paths.map((path) => bindOf(path)));
  });

  test('in a folder of another user', async (context) => {
    needs(context, canDropPrivileges, cannotDropPrivileges);
    const path = freshPath();
    chmodSync(folder, 0o755);
    const { stdout, stderr } = await runAsUser(
      `import { explain } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
       const path = ${JSON.stringify(path)};
       try { Socket.open({ family: 'unix' }).bind({ path }); } catch (error) { console.log(error.code, explain(error).rule); }`,
    );
    expect([stdout, stderr]).toEqual(['EACCES unix-folder-not-writable\n', expect.any(String)]);
  });
});

describe('connect() to a path', () => {
  const outcome = (path: string): string => {
    using socket = Socket.open({ family: 'unix' });
    try {
      socket.tryConnect({ path });
      return 'ok';
    } catch (error) {
      if (error instanceof SystemCallError) return error.code;
      throw error;
    }
  };

  test.each([
    ['of a listener', (path: string) => bound(path).listen(), 'unix-connected'],
    ['of a socket that only is bound', (path: string) => bound(path), 'unix-nobody-listens'],
    ['of nothing', () => Socket.open({ family: 'unix' }), 'unix-no-such-path'],
  ] as const)('%s', (_title, open, rule) => {
    const path = freshPath();
    using _holder = open(path);
    const found = explain({ protocol: 'unix', path, call: 'connect' });
    expect([found.rule, found.code ?? 'ok']).toEqual([rule, outcome(path)]);
  });

  test('that is stale', () => {
    const path = freshPath();
    bound(path).close();
    expect(explain({ protocol: 'unix', path, call: 'connect' })).toMatchObject({
      code: outcome(path),
      rule: 'unix-nobody-listens',
    });
  });
});

describe('an abstract name', () => {
  const name = `\0sockwise-${process.pid}`;

  test('is in use by a socket of the same type, and free for another', () => {
    using _holder = bound(name).listen();
    expect(explain({ protocol: 'unix', path: name })).toMatchObject({
      code: 'EADDRINUSE',
      rule: 'unix-name-in-use',
      holders: [{ path: name }],
    });
    const other = explain({ protocol: 'unix', path: name, type: 'dgram' });
    expect([other.free, other.others.length]).toEqual([true, 1]);
    using _dgram = bound(name, 'dgram');
  });

  test('is free when its socket is closed', () => {
    bound(name).close();
    expect(explain({ protocol: 'unix', path: name }).rule).toBe('unix-name-free');
  });
});

test("an error of Node's, and of ours", async () => {
  const path = freshPath();
  const name = `\0sockwise-node-${process.pid}`;
  using _holder = bound(path).listen();
  const fails = async (at: string): Promise<unknown> =>
    await new Promise((resolve) => void net.createServer().once('error', resolve).listen(at));
  expect(explain(await fails(path))).toMatchObject({ code: 'EADDRINUSE', call: 'bind', rule: 'unix-path-in-use' });
  const first = net.createServer().listen(name);
  await new Promise((resolve) => void first.once('listening', resolve));
  expect(explain(await fails(name))).toMatchObject({
    rule: 'unix-name-in-use',
    holders: [{ owners: [{ pid: process.pid }] }],
  });
  first.close();
  using _ours = bound(name);
  const ours = [path, name].map((at) => {
    using socket = Socket.open({ family: 'unix' });
    try {
      return socket.bind({ path: at });
    } catch (error) {
      return explain(error);
    }
  });
  expect(ours).toMatchObject([{ rule: 'unix-path-in-use' }, { rule: 'unix-name-in-use' }]);
});
