import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOwners, setOption, withDescriptorOf } from '../../index.js';
import {
  type Case,
  closingStates,
  comesTrue,
  defineCase,
  type Host,
  type LabSocket,
  type Program,
  programs,
  resultOf,
  type Stage,
} from '../kit/index.js';

/** What is done for the program, and by whom. */
type Help =
  | { readonly by: 'nobody' }
  | { readonly by: 'LD_PRELOAD'; readonly of: 'both' | 'the new one' }
  | { readonly by: 'pidfd_getfd'; readonly preloadsNew: boolean }
  | { readonly by: 'a proxy' }
  | { readonly by: 'systemd'; readonly isTaken: boolean };

function isPreloading(help: Help): boolean {
  return help.by === 'LD_PRELOAD' || (help.by === 'pidfd_getfd' && help.preloadsNew);
}

/** bind(2) with SO_REUSEADDR set before, for a program that sets nothing. */
const library = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/socket.h>
int bind(int fd, const struct sockaddr *address, socklen_t length) {
  int one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  int (*next)(int, const struct sockaddr *, socklen_t) =
      (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "bind");
  return next(fd, address, length);
}
`;

/** Compiles it. Returns what to set in the environment of a program. */
function preloaded(stage: Stage): { readonly LD_PRELOAD: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sockwise-preload-'));
  stage.atEnd(() => rmSync(folder, { recursive: true }));
  const [source, file] = [join(folder, 'bind.c'), join(folder, 'bind.so')];
  writeFileSync(source, library);
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-o', file, source, '-ldl'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cc: ${stderr}`);
  return { LD_PRELOAD: [process.env['LD_PRELOAD'] ?? [], file].flat().join(':') };
}

/** The program that cannot be changed: it sets no option, and binds for itself. */
async function startClosed(host: Host, name: string, port: number, env: Record<string, string>): Promise<Program> {
  const program = await host.start({ program: programs.echoServer, name, args: [host.A, String(port)], env });
  await program.report('bind');
  return program;
}

/** What its bind said; where that worked, what listen did. */
async function started(program: Program): Promise<string> {
  const { result } = await program.report('bind');
  return result === 'ok' ? (await program.report('listen')).result : result;
}

/** A client that gets an answer of the server, or why it does not. */
async function ask(host: Host, port: number): Promise<LabSocket> {
  const client = await host.connect({ address: host.A, port });
  await client.send('hello');
  await client.recv();
  return client;
}

/** Ends the server while the client is connected; the client leaves then. */
async function stop(host: Host, program: Program, client: LabSocket, port: number): Promise<void> {
  await program.kill('SIGINT');
  await resultOf(() => client.recv());
  client.close();
  await comesTrue(() => host.sockets({ port, state: closingStates }).length === 0, 'both have closed');
  host.look('the server has stopped', { localPort: port });
}

/** Sets the option on the listener of another process. */
function setFromOutside(host: Host, port: number): void {
  const [row] = host.sockets({ localPort: port, state: 'LISTEN' });
  const [owner] = row === undefined ? [] : (findOwners([row.inode]).owners.get(row.inode) ?? []);
  const [fd] = owner?.fds ?? [];
  if (owner === undefined || fd === undefined) throw new Error(`nobody listens on port ${port}`);
  withDescriptorOf(owner.pid, fd, (duplicate) => setOption(duplicate, 'SO_REUSEADDR', true));
  host.note('SO_REUSEADDR set on its listener through pidfd_getfd(2)');
}

const port = 8080;
const behind = [9001, 9002] as const;

/** The closed program behind a listener that stays: a new one takes another port, which the proxy learns of. */
async function proxied(host: Host): Promise<string> {
  const front = host.listen({ name: 'proxy', address: host.A, port, options: { SO_REUSEADDR: true } });
  const throughProxy = async (to: number, line: string): Promise<string> => {
    const client = await host.connect({ address: host.A, port });
    await client.send(line);
    const near = await front.accept('near end');
    const far = await host.connect({ address: host.A, port: to }, { name: 'far end' });
    await far.send(await near.recv());
    await near.send(await far.recv());
    return await client.recv();
  };
  const old = await startClosed(host, 'old', behind[0], {});
  await started(old);
  await throughProxy(behind[0], 'hello');
  await old.kill('SIGINT');
  const result = await started(await startClosed(host, 'new', behind[1], {}));
  return result === 'ok' && (await throughProxy(behind[1], 'hello again')) !== 'hello again' ? 'no answer' : result;
}

/** A service manager that listens and hands the descriptor down: sd_listen_fds(3). */
async function socketUnit(host: Host, takesIt: boolean): Promise<string> {
  const unit = host.listen({ name: 'systemd', address: host.A, port, options: { SO_REUSEADDR: true } });
  if (!takesIt) return await started(await startClosed(host, 'new', port, {}));
  const serve = async (name: string): Promise<Program> => {
    const program = await host.start({ program: programs.agent, name, fds: [unit.socket.fd] });
    await program.ask('adopt', 3);
    return program;
  };
  const old = await serve('old');
  const accepted = old.ask('accept');
  const client = await host.connect({ address: host.A, port });
  await accepted;
  await stop(host, old, client, port);
  const next = (await serve('new')).ask('accept');
  await host.connect({ address: host.A, port }, { name: 'next client' });
  return (await next).result;
}

async function restarted(stage: Stage, help: Help): Promise<string> {
  const host = stage.alone();
  if (help.by === 'a proxy') return await proxied(host);
  if (help.by === 'systemd') return await socketUnit(host, help.isTaken);
  const preload = isPreloading(help) ? preloaded(stage) : {};
  const old = await startClosed(host, 'old', port, help.by === 'LD_PRELOAD' && help.of === 'both' ? preload : {});
  await started(old);
  if (help.by === 'pidfd_getfd') setFromOutside(host, port);
  await stop(host, old, await ask(host, port), port);
  return await started(await startClosed(host, 'new', port, preload));
}

const closedProgram = defineCase<Help, string>({
  id: 'S22',
  articles: ['002'],
  title: 'A closed program, helped from outside',
  claim:
    "A program that sets no option and cannot be changed can still be restarted at once: by LD_PRELOAD, by setsockopt() on its listener through pidfd_getfd(2), behind a proxy, or with systemd's socket.",
  rules: ['held-by-time-wait', 'option-inherited', 'one-socket-many-descriptors', 'held-by-listener'],
  advice:
    'Put LD_PRELOAD into the unit of the program for good, so that the old one has it too. A socket unit is for programs that take its descriptor. In front of any other program run systemd-socket-proxyd or another proxy, and let the program bind another port.',
  sideBySide: 4,
  rows: (
    [
      ['nothing', { by: 'nobody' }, undefined],
      ['LD_PRELOAD for both', { by: 'LD_PRELOAD', of: 'both' }, 'ok'],
      ['LD_PRELOAD for the new one only', { by: 'LD_PRELOAD', of: 'the new one' }, 'ok'],
      ['setsockopt through pidfd_getfd, on the old one', { by: 'pidfd_getfd', preloadsNew: false }, 'ok'],
      [
        'setsockopt through pidfd_getfd, on the old one, and LD_PRELOAD for the new one',
        { by: 'pidfd_getfd', preloadsNew: true },
        'ok',
      ],
      ['a proxy in front of it, and another port for the new one', { by: 'a proxy' }, 'ok'],
      ["a listener of systemd's, which the program takes over", { by: 'systemd', isTaken: true }, 'ok'],
      ["a listener of systemd's, and the program binds for itself", { by: 'systemd', isTaken: false }, 'ok'],
    ] as const
  ).map(([name, given, says]) => ({
    name,
    given,
    needs: isPreloading(given) ? (['compiler'] as const) : [],
    ...(says === undefined ? {} : { says }),
  })),
  run: restarted,
  laws: [
    {
      text: 'LD_PRELOAD helps if both the old program and the new one run with it. pidfd_getfd(2) reaches the old one only, so it needs LD_PRELOAD for the new one. A proxy helps, and so does a listener of systemd if the program takes its descriptor; a program that binds for itself fails, since that listener has the port.',
      rows: {
        nothing: 'EADDRINUSE',
        'LD_PRELOAD for both': 'ok',
        'LD_PRELOAD for the new one only': 'EADDRINUSE',
        'setsockopt through pidfd_getfd, on the old one': 'EADDRINUSE',
        'setsockopt through pidfd_getfd, on the old one, and LD_PRELOAD for the new one': 'ok',
        'a proxy in front of it, and another port for the new one': 'ok',
        "a listener of systemd's, which the program takes over": 'ok',
        "a listener of systemd's, and the program binds for itself": 'EADDRINUSE',
      },
    },
  ],
});

/** What helps a program that cannot be changed. */
export const closedProgramCases: readonly Case[] = [closedProgram];
