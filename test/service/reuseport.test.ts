import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import * as net from 'node:net';
import { expect, test } from 'vitest';
import { predictBind } from '../../src/index.js';
import { joinReuseport, reuseportBalance, type ReuseportMember } from '../../src/service/index.js';
import { Socket } from '../../src/socket/socket.js';
import { root } from '../support/children.js';
import { keeper } from '../support/kept.js';
import { needs } from '../support/needs.js';
import { portOf } from '../support/servers.js';

const closedAfter = keeper();

const address = '127.0.0.1';
const names = ['one', 'two', 'three'] as const;
const migrates = readFileSync('/proc/sys/net/ipv4/tcp_migrate_req', 'utf8').trim() === '1';

interface Member {
  readonly name: string;
  readonly server: net.Server;
  readonly member: ReuseportMember;
}

async function group(steering: 'hash' | 'cpu' = 'hash'): Promise<{ members: Member[]; port: number }> {
  const members: Member[] = [];
  let port = 0;
  for (const name of names) {
    const server = closedAfter(net.createServer((socket) => socket.on('error', () => {}).end(name)));
    const member = await joinReuseport(server, { address, port, steering });
    port = portOf(server);
    members.push({ name, server, member });
  }
  return { members, port };
}

/** Connections of this turn of the event loop: none of them has been accepted. */
function connections(port: number, count: number): Socket[] {
  return Array.from({ length: count }, () => {
    const client = closedAfter(Socket.open());
    client.tryConnect({ address, port });
    return client;
  });
}

/** What each got, or how it failed. */
async function outcomes(clients: readonly Socket[]): Promise<string[]> {
  return await Promise.all(
    clients.map(async (client) => await client.recv().then(String, (error: { code: string }) => error.code)),
  );
}

test('a plain close of one of three listeners resets what waits in its queue', async () => {
  const listeners = [0, 1, 2].map(() => closedAfter(Socket.open({ options: { SO_REUSEPORT: true } })));
  let port = 0;
  for (const listener of listeners) {
    listener.bind({ address, port }).listen();
    port = Number((listener.getsockname() as { port: number }).port);
  }
  const clients = connections(port, 60);
  const waiting = listeners[0]?.getOption('TCP_INFO').unacked ?? 0;
  expect(waiting).toBeGreaterThan(0);
  listeners[0]?.close();
  // recv(2) of the others would wait.
  const reset = clients.filter((client) => client.getOption('TCP_INFO').state === 'CLOSE').length;
  expect(reset).toBe(migrates ? 0 : waiting);
});

for (const leaving of names)
  test(`member ${leaving} leaves, and of 180 connections before, meanwhile and after none is lost`, async () => {
    const { members, port } = await group();
    const one = members.find(({ name }) => name === leaving);
    const before = connections(port, 60);
    const left = one?.member.leave();
    const meanwhile = connections(port, 60);
    expect(await left).toEqual({ how: migrates ? 'migrated' : 'steered', others: 2 });
    expect(one?.server.listening).toBe(false);
    const after = await outcomes(connections(port, 60));
    const early = await outcomes([...before, ...meanwhile]);
    expect([...early, ...after].filter((outcome) => !(names as readonly string[]).includes(outcome))).toEqual([]);
    // Both of those that are left get some: none stays behind the program.
    expect([...new Set(after)].sort()).toEqual(names.filter((name) => name !== leaving).sort());
  });

test('with tcp_migrate_req the kernel gives the queue of a member that leaves to the others', (context) => {
  needs(context, spawnSync('unshare', ['-rn', 'true']).status === 0, 'this process cannot make a namespace');
  const child = spawnSync('unshare', ['-rn', process.execPath, `${root}test/support/reuseport-migrate.mjs`], {
    encoding: 'utf8',
  });
  expect(child.stderr).toBe('');
  const { waiting, left, listening, early, after } = JSON.parse(child.stdout) as {
    waiting: number;
    left: unknown;
    listening: boolean;
    early: Record<string, number>;
    after: Record<string, number>;
  };
  expect(waiting).toBeGreaterThan(0);
  expect({ left, listening }).toEqual({ left: { how: 'migrated', others: 2 }, listening: false });
  // It accepted none of them: what waited with it came to the others.
  for (const outcomes of [early, after]) {
    expect(Object.keys(outcomes).sort()).toEqual(['three', 'two']);
    expect(Object.values(outcomes).reduce((sum, count) => sum + count)).toBe(60);
  }
});

test('all but one leave one after the other, and the last one empties its queue', async () => {
  const { members, port } = await group('cpu');
  for (const [index, { member }] of members.entries()) {
    const clients = connections(port, 30);
    const left = await member.leave();
    expect(left.others).toBe(2 - index);
    expect(new Set((await outcomes(clients)).map((outcome) => (names as readonly string[]).includes(outcome)))).toEqual(
      new Set([true]),
    );
  }
  await expect(closedAfter(Socket.open()).connect({ address, port })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('steered by processor, one processor has one member', async () => {
  const { members, port } = await group('cpu');
  const byCpu = new Set(await outcomes(connections(port, 60)));
  expect(byCpu.size).toBeLessThanOrEqual(cpus().length);
  members[0]?.member.steer('hash');
  const byHash = new Set(await outcomes(connections(port, 60)));
  expect(byHash.size).toBe(3);
  expect(() => members[0]?.member.steer('random' as 'hash')).toThrow(/"hash" or "cpu"/);
});

test('the balance counts the connections of each process', async () => {
  const { members, port } = await group();
  const clients = connections(port, 6);
  const waiting = reuseportBalance({ port });
  expect(waiting).toMatchObject([{ pid: process.pid, listeners: 3, waiting: 6, connections: 0 }]);
  await outcomes(clients);
  expect(reuseportBalance({ port })).toMatchObject([{ listeners: members.length, waiting: 0 }]);
  expect(() => reuseportBalance({ port: Number.NaN })).toThrow(/port/);
});

const other = { uid: 1000, options: { SO_REUSEPORT: true } };
const sharing = { uid: 0, options: { SO_REUSEPORT: true } };
const alone = { uid: 0, options: {} };
test.each([
  ['of another user', sharing, other, 'reuseport-other-user'],
  ['without the option, though it comes late to a group', sharing, alone, 'held-by-listener'],
  ['with the option beside one without it', alone, sharing, 'held-by-listener'],
  ['of the same user with the option', sharing, sharing, 'reuseport-shared'],
] as const)('the model has the rule for a member %s', (_, holder, joiner, rule) => {
  const place = { protocol: 'tcp', address, port: 8080 } as const;
  const row = { protocol: 'tcp', family: 'IPv4', localAddress: address, localPort: 8080, state: 'LISTEN' } as const;
  const prediction = predictBind([{ ...row, ...holder }], { ...place, ...joiner, listen: true });
  expect(prediction.decisive?.rule).toBe(rule);
});
