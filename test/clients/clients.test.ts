import { type ChildProcess, fork, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { NetworkNamespace } from '../../src/netns/namespace.js';
import { Socket } from '../../src/socket/socket.js';
import { root, run } from '../support/children.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { needs } from '../support/needs.js';
import { canBecomeNobody } from '../support/users.js';
import { makeCertificate, missingPackages, realServers, type StartedServer, startServer } from './real-servers.js';

const page = readFileSync(`${root}docs/recipes.md`, 'utf8');
const recipes = new Map(
  [...page.matchAll(/^```js\n(\/\/ (\S+\.mjs)\n[\s\S]*?)^```$/gm)].map(([, text = '', name = '']) => [name, text]),
);
const isServer = (text: string): boolean => text.includes('export async function serve(');

type Server = keyof typeof realServers | 'http' | 'http2' | 'http2s' | 'ws' | 'smtp' | 'smtps' | 'grpc';

/** The server of each client. */
const serverOf: Readonly<Record<string, Server>> = {
  'pg.mjs': 'postgres',
  'pg-pool.mjs': 'postgres',
  'postgres.mjs': 'postgres',
  'mysql2.mjs': 'mariadb',
  'mysql2-pool.mjs': 'mariadb',
  'mariadb.mjs': 'mariadb',
  'ioredis.mjs': 'redis',
  'redis.mjs': 'redis',
  'mqtt.mjs': 'mosquitto',
  'http.mjs': 'http',
  'got.mjs': 'http',
  'axios.mjs': 'http',
  'undici.mjs': 'http',
  'http2.mjs': 'http2',
  'ws.mjs': 'ws',
  'nodemailer.mjs': 'smtp',
  'grpc.mjs': 'grpc',
};

/** Of each that is run over TLS: those that take `ssl` or `tls`, and those that are about it. */
const serverOverTls: Readonly<Record<string, Server>> = {
  'pg.mjs': 'postgres',
  'postgres.mjs': 'postgres',
  'mysql2.mjs': 'mariadb',
  'mariadb.mjs': 'mariadb',
  'ioredis-tls.mjs': 'redis',
  'redis-tls.mjs': 'redis',
  'mqtt-tls.mjs': 'mosquitto',
  'http2-tls.mjs': 'http2s',
  'nodemailer.mjs': 'smtps',
};

interface Run {
  readonly recipe: string;
  readonly server: Server;
  readonly overTls: boolean;
}

const runsOf = (servers: Readonly<Record<string, Server>>, overTls: boolean): [string, Run][] =>
  Object.entries(servers).map(([recipe, server]) => [
    overTls ? `${recipe} over TLS` : recipe,
    { recipe, server, overTls },
  ]);
const runs = new Map([...runsOf(serverOf, false), ...runsOf(serverOverTls, true)]);

const modules = `${root}test/clients/node_modules`;
const hasModules = existsSync(modules);
const noModules = 'the clients are not installed: npm ci --prefix test/clients';

function needsClients(context: TestContext): void {
  needs(context, process.platform === 'linux', 'Linux only', 'kernel');
  needs(context, hasModules, noModules);
}

const [serverAddress, clientAddress] = ['192.168.77.1', '192.168.77.2'];
const userTimeoutMs = 1000;
const failover = {
  TCP_USER_TIMEOUT: userTimeoutMs,
  SO_KEEPALIVE: true,
  TCP_KEEPIDLE: 5,
  TCP_KEEPINTVL: 2,
  TCP_KEEPCNT: 3,
};

/** A project that has the package, the clients and the recipes. Open to the user the servers run as. */
const folder = mkdtempSync(join(tmpdir(), 'sockwise-clients-'));
chmodSync(folder, 0o755);
mkdirSync(join(folder, 'node_modules'));
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
symlinkSync(root, join(folder, 'node_modules/sockwise'));
if (hasModules) {
  for (const name of readdirSync(modules)) symlinkSync(join(modules, name), join(folder, 'node_modules', name));
}
for (const [name, text] of recipes) writeFileSync(join(folder, name), text);
const programs = ['client.mjs', 'options-of-sockets.mjs', 'own-servers.mjs', 'reconnect.mjs', 'serve.mjs'];
mkdirSync(join(folder, 'programs'));
for (const name of programs) writeFileSync(join(folder, 'programs', name), readFileSync(`${root}test/clients/${name}`));

const children = new Map<ChildProcess, NodeJS.Signals>();

async function endChildren(): Promise<void> {
  await Promise.all(
    [...children].map(async ([child, signal]) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
    }),
  );
}

afterAll(async () => {
  await endChildren();
  rmSync(folder, { recursive: true });
});

function started(program: string, args: readonly string[], options: ForkOptions = {}): ChildProcess {
  const child = fork(join(folder, 'programs', program), args, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...options,
  });
  children.set(child, 'SIGKILL');
  return child;
}

/** What a child says next, or how it ended. */
async function said(child: ChildProcess): Promise<unknown> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`it ended with ${code ?? signal}: ${stderr}`);
  });
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return message;
}

interface Syn {
  readonly port: number;
  readonly tos: number;
}

/** Every SYN that reaches the host of `capture`, and the TOS of everybody who starts TLS, until `capture` is closed. */
async function collect(capture: Socket, syns: Syn[], overTls: Set<number>): Promise<void> {
  for (;;) {
    const packet = await capture.recv({ size: 128 }).catch(() => undefined);
    if (packet === undefined) return;
    const tos = packet[1] ?? 0;
    const tcp = packet.subarray(((packet[0] ?? 0) & 15) * 4);
    // RFC 9293: SYN without ACK.
    if (packet[9] === 6 && ((tcp[13] ?? 0) & 0x12) === 2) syns.push({ port: tcp.readUInt16BE(2), tos });
    const data = tcp.subarray(((tcp[12] ?? 0) >> 4) * 4);
    // RFC 8446 section 5.1: a record of a handshake. No message of these protocols starts with these bytes.
    if (data[0] === 22 && data[1] === 3) overTls.add(tos);
  }
}

interface Outcome {
  readonly answered: boolean;
  readonly ms: number;
  readonly latestMs: number;
  readonly codes: readonly string[];
  readonly message: string;
}

interface Client {
  readonly child: ChildProcess;
  readonly port: number;
  readonly tos: number;
  readonly options: Readonly<Record<string, unknown>>;
  /** Which of them its sockets have while it is used, once without them and once with them. */
  sockets?: { readonly before: readonly Client['options'][]; readonly after: readonly Client['options'][] };
  outcome?: Outcome;
  error?: unknown;
}

test('each recipe is run here', () => {
  const clients = [...recipes].filter(([, text]) => !isServer(text)).map(([name]) => name);
  const run = new Set([...runs.values()].map(({ recipe }) => recipe));
  expect(clients.toSorted()).toEqual([...run].toSorted());
});

describe('each client', () => {
  const syns: Syn[] = [];
  const secured = new Set<number>();
  const clients = new Map<string, Client>();
  let control: Client | undefined;
  let controlNoticed: boolean | undefined;
  const canRun = canMakeNamespaces && canBecomeNobody && hasModules && missingPackages.length === 0;

  beforeAll(async () => {
    if (!canRun) return;
    const [server, client] = [NetworkNamespace.create(), NetworkNamespace.create()];
    server.addVeth(client, { name: 'eth0', peerName: 'eth0' });
    server.addAddress('eth0', `${serverAddress}/24`);
    client.addAddress('eth0', `${clientAddress}/24`);
    const capture = server.run(() => Socket.open({ family: 'packet', type: 'dgram', protocol: 0x0800 }));
    const collecting = collect(capture, syns, secured);

    const certificate = makeCertificate(folder, serverAddress);
    const ports = new Map<string, number>();
    const tlsPorts = new Map<string, number>();
    const listening = async (name: string, { port, tlsPort, log }: StartedServer): Promise<void> => {
      ports.set(name, port);
      tlsPorts.set(name, tlsPort);
      // Each opens the one for TLS with the other, or after it.
      const at = { localPort: tlsPort, localAddress: serverAddress };
      await server.waitForState(at, 'LISTEN', { deadlineMs: 60_000 }).catch((error: unknown) => {
        throw new Error(`${name} does not listen: ${log()}`, { cause: error });
      });
    };
    const names = Object.keys(realServers) as (keyof typeof realServers)[];
    const real = names.map(
      (name) => [name, server.run(() => startServer(name, folder, serverAddress, certificate))] as const,
    );
    for (const [, { child, endedBy }] of real) children.set(child, endedBy);
    const own = await said(
      server.run(() => started('own-servers.mjs', [serverAddress, certificate.key, certificate.cert])),
    );
    for (const [name, port] of Object.entries(own as Record<string, number>))
      for (const each of [ports, tlsPorts]) each.set(name, port);
    for (const [name, each] of real) await listening(name, each);

    /** Opens a client, whose failure is told in its own test. */
    const opened = async ({ recipe, server: name, overTls }: Run, more: object): Promise<Client> => {
      const port = (overTls ? tlsPorts : ports).get(name) ?? 0;
      // The two lowest bits are those of ECN, RFC 3168.
      const tos = 4 * ++count;
      const options = { IP_TOS: tos, ...more };
      const args = [join(folder, recipe), serverAddress, `${port}`, JSON.stringify(options)];
      if (overTls) args.push(certificate.cert);
      const one: Client = { child: client.run(() => started('client.mjs', args)), port, tos, options };
      await said(one.child).then(
        (sockets) => (one.sockets = sockets as NonNullable<Client['sockets']>),
        (error: unknown) => (one.error = error),
      );
      return one;
    };
    let count = 0;
    const waiting = [...runs];
    // A few at a time: each is a Node that starts.
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        clients.set(next[0], await opened(next[1], failover));
    };
    await Promise.all([work(), work(), work()]);
    control = await opened({ recipe: 'pg.mjs', server: 'postgres', overTls: false }, {});

    server.setLink('eth0', { up: false });
    const ask = async (one: Client): Promise<void> => {
      if (one.error !== undefined) return;
      one.child.send('the link is down');
      await said(one.child).then(
        (outcome) => (one.outcome = outcome as Outcome),
        (error: unknown) => (one.error = error),
      );
    };
    const asked = ask(control);
    await Promise.all([...clients.values()].map(ask));
    controlNoticed = control.outcome !== undefined || control.error !== undefined;
    await endChildren();
    await asked;
    capture.close();
    await collecting;
    for (const host of [server, client]) host.close();
  }, 120_000);

  function needsAll(context: TestContext): void {
    needsClients(context);
    needs(context, canMakeNamespaces && canBecomeNobody, 'only root runs servers in a namespace, as another user');
    needs(context, missingPackages.length === 0, `not installed: ${missingPackages.join(', ')}`);
  }

  test.for([...runs.keys()])('%s has the options on its SYN, and notices that the link is down', (name, context) => {
    needsAll(context);
    const { tos, port, options, sockets, outcome, error } = clients.get(name) ?? {};
    expect(error).toBeUndefined();
    // postgres.js, ioredis, redis, nodemailer and http.Agent have called setKeepAlive() by now.
    expect(sockets?.after).toEqual([options]);
    // Without the options its socket has none of their values, whatever the client sets itself.
    const { SO_KEEPALIVE: _, ...values } = failover;
    expect(sockets?.before).toHaveLength(1);
    for (const [option, value] of Object.entries(values)) expect(sockets?.before[0]?.[option]).not.toBe(value);
    // Two at least: it is opened twice.
    const mine = syns.filter((syn) => syn.tos === tos);
    expect(mine.length).toBeGreaterThanOrEqual(2);
    expect(new Set(mine.map((syn) => syn.port))).toEqual(new Set([port]));
    expect(secured.has(tos ?? 0)).toBe(runs.get(name)?.overTls);
    expect(outcome?.answered).toBe(false);
    // Time is the claim. A machine with no time for this process gets more of it.
    const limitMs = userTimeoutMs + 1500 + 4 * (outcome?.latestMs ?? 0);
    expect(outcome?.ms, outcome?.message).toBeLessThan(limitMs);
  });

  test('makes no connection without the options', (context) => {
    needsAll(context);
    expect(syns.filter(({ tos }) => tos === 0)).toEqual([]);
  });

  test('without TCP_USER_TIMEOUT had noticed nothing by then', (context) => {
    needsAll(context);
    expect(controlNoticed).toBe(false);
  });
});

test('a client that connects again when its server has restarted has the options again', async (context) => {
  needsClients(context);
  needs(context, existsSync(realServers.redis.binary), `not installed: ${realServers.redis.package}`);
  const files = ['ioredis.mjs', 'redis.mjs'].map((name) => join(folder, name));
  const { stdout, stderr } = await run(process.execPath, [join(folder, 'programs/reconnect.mjs'), ...files]);
  expect(stderr).toBe('');
  const clients = Object.entries(
    JSON.parse(stdout) as Record<string, { options: object; before: object; after: object }>,
  );
  expect(clients.map(([name]) => name)).toEqual(['ioredis.mjs', 'redis.mjs']);
  for (const [name, { options, before, after }] of clients)
    expect({ before, after }, name).toEqual({ before: [options], after: [options] });
});

describe('each server', () => {
  const names = [...recipes].filter(([, text]) => isServer(text)).map(([name]) => name);

  test('shares its port, since the option is there before bind(2)', async (context) => {
    needsClients(context);
    const files = names.map((name) => join(folder, name));
    const { stdout, stderr } = await run(process.execPath, [join(folder, 'programs/serve.mjs'), ...files]);
    expect(stderr).toBe('');
    const served = { shared: true, answers: ['served'] };
    expect(JSON.parse(stdout)).toEqual({
      'fastify.mjs': served,
      'express.mjs': served,
      'koa.mjs': served,
      'ws-server.mjs': { ...served, answers: ['served', 'echoed'] },
      'socket.io.mjs': { ...served, answers: ['served', 'websocket'] },
      'dgram.mjs': { shared: true, answers: ['echoed'] },
    });
  });
});
