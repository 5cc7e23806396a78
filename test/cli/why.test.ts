import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { descriptorsOf, processDescriptor, withSocketOf } from '../../src/cli/descriptor.js';
import { portArgument, stateArgument, targetArgument } from '../../src/cli/target.js';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { Socket } from '../../src/socket/socket.js';
import { root } from '../support/children.js';
import { sockwiseIn } from '../support/explained.js';
import { sockwise } from '../support/matrix.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { describeNeeding } from '../support/needs.js';
import { listening } from '../support/sockets.js';

/** A server that has closed a connection, and is gone: TIME_WAIT on 8080. */
async function leaveTimeWait(namespace: NetworkNamespace): Promise<void> {
  using listener = namespace
    .run(() => Socket.open())
    .bind({ address: '127.0.0.1', port: 8080 })
    .listen();
  using client = namespace.run(() => Socket.open());
  await client.connect({ address: '127.0.0.1', port: 8080 });
  using accepted = await listener.accept();
  accepted.shutdown('write');
  client.close();
  accepted.close();
  await namespace.waitForState({ localPort: 8080, remotePort: { low: 1, high: 65_535 } }, 'TIME_WAIT');
}

test('why exits with 1 and a line for the holder, and with 0 where the port is free', async () => {
  const socket = listening();
  const { port } = socket.getsockname();
  const held = await sockwise(['why', `127.0.0.1:${port}`]);
  expect([held.code, held.stderr]).toEqual([1, '']);
  expect(held.stdout).toMatch(new RegExp(`^LISTEN  127\\.0\\.0\\.1:${port}  pid ${process.pid} `));
  expect(held.stdout).toMatch(/^Rule held-by-listener: /m);
  socket.close();
  const free = await sockwise(['why', `127.0.0.1:${port}`]);
  expect([free.code, free.stdout]).toEqual([0, `Free: nothing is in the way of TCP 127.0.0.1:${port}.\n`]);
});

test('why --json has the same as data, with cookies as text', async () => {
  using socket = listening();
  const { port } = socket.getsockname();
  const { code, stdout } = await sockwise(['why', String(port), '--json', '--no-trials']);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    code: 'EADDRINUSE',
    call: 'bind',
    rule: 'held-by-listener',
    holders: [{ state: 'LISTEN', cookie: expect.stringMatching(/^\d+$/) as string, owners: [{ pid: process.pid }] }],
  });
});

test('why EADDRINUSE explains the error itself', async () => {
  const { code, stdout } = await sockwise(['why', 'EADDRINUSE']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^EADDRINUSE has \d+ causes:/);
  expect(stdout).toMatch(/^held-by-time-wait \(tcp; bind\(\), listen\(\)\)$/m);
  expect(stdout).toMatch(/^ {2}1\. .*\[the other program\]$/m);
  const { rules } = JSON.parse((await sockwise(['why', 'EACCES', '--json'])).stdout) as { rules: { id: string }[] };
  expect(rules.map(({ id }) => id)).toEqual(['privileged-port', 'unix-folder-not-writable', 'unix-not-writable']);
});

test.each([
  [['localhost:80'], /"localhost" is not an IP address/],
  [['EADDRINUS'], /did you mean EADDRINUSE/],
  [['eaddrinuse'], /did you mean EADDRINUSE\?/],
  [['fe80::1%nope:80'], /fe80::1%nope: there is no interface "nope"/],
  [['80', '--user', '-1'], /a number is expected/],
])('why %j is a mistake on the command line', async (args, message) => {
  const { code, stdout, stderr } = await sockwise(['why', ...args]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
});

test.each([
  ['8080', undefined],
  [':8080', undefined],
  ['0.0.0.0:8080', '0.0.0.0'],
  ['[::]:8080', '::'],
  [':::8080', '::'],
  ['::1:8080', '::1'],
  ['[fe80::1%eth0]:8080', 'fe80::1%eth0'],
])('%s is read as people and errors write it', (text, address) => {
  expect(targetArgument(text)).toEqual({ port: 8080, ...(address !== undefined && { address }) });
});

test('* is every address', () => {
  expect(targetArgument('*:8080')).toEqual({ port: 8080 });
});

const where = 'write 8080, 127.0.0.1:8080 or [::1]:8080';

test.each([
  ['99999', `"99999" is not a port (0 to 65535); ${where}`],
  ['-1', '"-1" is not a port'],
  ['80 ', '"80 " is not a port'],
  ['', '"" is not a port'],
  [' ', '" " is not a port'],
  ['x', '"x" is not a port'],
  ['NaN', '"NaN" is not a port'],
  ['2147483648', '"2147483648" is not a port'],
  ['1e3', '"1e3" is not a port'],
  ['0x50', '"0x50" is not a port'],
  ['80.5', '"80.5" is not a port'],
  ['127.0.0.1:', '"" is not a port'],
  ['1.2.3.4:65536', '"65536" is not a port'],
  ['127.0.0.256:80', `"127.0.0.256" is not an IP address; ${where}`],
  ['127.1:80', '"127.1" is not an IP address'],
  ['localhost:80', '"localhost" is not an IP address'],
  ['[::1:80', '"[::1" is not an IP address'],
  ['[::1]', '"[::1]" has no port; write [::1]:8080'],
  ['::1', '"::1" has no port; write [::1]:8080'],
  ['127.0.0.1', '"127.0.0.1" has no port; write 127.0.0.1:8080'],
])('%j is no address and port', (text, message) => {
  expect(() => targetArgument(text)).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(message) as string }) as Error,
  );
});

test.each(['-1', '65536', 'NaN', '2147483648', '127.0.0.1:80', ''])('%j is no port', (text) => {
  expect(() => portArgument(text)).toThrow(`${JSON.stringify(text)} is not a port (0 to 65535)`);
});

test.each([
  ['listen', 'LISTEN'],
  ['time-wait', 'TIME_WAIT'],
  ['ESTABLISHD', 'ESTABLISHED'],
])('the state %s was meant as %s', (text, meant) => {
  expect(() => stateArgument(text, ['ESTABLISHED', 'LISTEN', 'TIME_WAIT'])).toThrow(
    new RegExp(`unknown state "${text}"; did you mean ${meant}[,?]`),
  );
});

test.each([
  ['', 'is not PID:FD, such as 4711:20'],
  ['0:1', 'is not PID:FD'],
  ['-1:1', 'is not PID:FD'],
  ['1:-1', 'is not PID:FD'],
  ['1:2:3', 'is not PID:FD'],
  ['NaN:1', 'is not PID:FD'],
  ['2147483648:1', 'pid: expected an integer from 1 to 2147483647'],
  ['1:2147483648', 'fd: expected an integer from 0 to 2147483647'],
])('%j is no descriptor of a process', (text, message) => {
  expect(() => withSocketOf(processDescriptor(text), () => undefined)).toThrow(message);
});

test('a descriptor that is another socket by now is not touched', () => {
  using socket = listening();
  const [target, ...others] = descriptorsOf(String(socket.getsockname().port));
  if (target === undefined) throw new Error('not found');
  expect([target.pid, target.fd, others]).toEqual([process.pid, socket.fd, []]);
  expect(withSocketOf(target, () => 'used')).toBe('used');
  using other = Socket.open();
  const use = vi.fn();
  expect(() => withSocketOf({ ...target, fd: other.fd }, use)).toThrow(/has closed the socket meanwhile/);
  expect(use).not.toHaveBeenCalled();
});

test('--version loads no command', async () => {
  const { code, stdout } = await sockwise(['--version']);
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { readonly version: string };
  expect([code, stdout]).toEqual([0, `${version}\n`]);
});

test('a word that is no command gets the help of all', async () => {
  const { code, stderr } = await sockwise(['wy', '80']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/unknown command 'wy'/);
  for (const command of ['why', 'sockets', 'free', 'set', 'options', 'matrix', 'lab', 'doctor'])
    expect(stderr).toMatch(new RegExp(`^ {2}${command} `, 'm'));
});

describeNeeding(canMakeNamespaces, 'no CAP_SYS_ADMIN')('in a namespace', () => {
  test('why shows a TIME_WAIT with what is left of it, and free removes it', async () => {
    using namespace = NetworkNamespace.create();
    await leaveTimeWait(namespace);
    const why = await sockwiseIn(namespace, 'why', '8080');
    expect(why.code).toBe(1);
    expect(why.stdout).toMatch(/^TIME_WAIT 127\.0\.0\.1:8080 - 127\.0\.0\.1:\d+ {2}\d+ s left, no process$/m);
    expect(why.stdout).toMatch(/^ {2}1\. Set SO_REUSEADDR on the new socket .*tried: works\]$/m);

    const asked = await sockwiseIn(namespace, 'free', '8080');
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringMatching(/add --yes/)]);
    expect((await sockwiseIn(namespace, 'why', '8080')).code).toBe(1);

    const freed = await sockwiseIn(namespace, 'free', '8080', '--yes', '--lang', 'zh');
    expect([freed.code, freed.stdout]).toEqual([
      0,
      expect.stringMatching(/^TIME_WAIT .* {2}还剩 \d+ 秒，没有进程\n去掉了 1 个。\n$/),
    ]);
    expect((await sockwiseIn(namespace, 'why', '8080')).code).toBe(0);
  });

  test('free leaves a connection and a listener alone unless they are named', async () => {
    using namespace = NetworkNamespace.create();
    using listener = namespace
      .run(() => Socket.open())
      .bind({ address: '127.0.0.1', port: 8080 })
      .listen();
    using client = namespace.run(() => Socket.open());
    await client.connect({ address: '127.0.0.1', port: 8080 });
    using accepted = await listener.accept();
    const nothing = await sockwiseIn(namespace, 'free', '8080', '--yes');
    expect([nothing.code, nothing.stdout]).toEqual([1, expect.stringMatching(/^0 removed\.\nLeft on the port:/)]);
    expect(await client.send('x')).toBe(1);

    const { stdout } = await sockwiseIn(namespace, 'free', '8080', '--yes', '--also', 'ESTABLISHED', '--json');
    const { removed, left } = JSON.parse(stdout) as Record<'removed' | 'left', { state: string }[]>;
    expect([removed?.map(({ state }) => state), left?.map(({ state }) => state)]).toEqual([
      ['ESTABLISHED'],
      ['LISTEN'],
    ]);
    expect((await accepted.recv()).toString()).toBe('x');
    await expect(accepted.recv()).rejects.toMatchObject({ code: 'ECONNABORTED' });
  });

  test('why speaks of the sockets of its namespace only', async () => {
    using namespace = NetworkNamespace.create();
    using _outside = Socket.open().bind({ address: '127.0.0.1' }).listen();
    const { port } = _outside.getsockname();
    expect((await sockwiseIn(namespace, 'why', String(port))).code).toBe(0);
  });
});
