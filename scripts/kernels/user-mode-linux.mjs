// Runs a command on another kernel: Debian's user-mode Linux, which is an ordinary program. It sees the machine's files, read-only.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = '/usr/bin/linux.uml';
const init = fileURLToPath(new URL('init.sh', import.meta.url));

/** Why it cannot be run here; `undefined` if it can. */
export function lacking() {
  if (!existsSync(program)) return `${program} is missing: apt-get install user-mode-linux`;
  if (process.arch !== 'x64') return `user-mode Linux is an x64 program, and this is ${process.arch}`;
  const tools = ['modprobe', 'ip', 'python3'];
  const without = tools.filter(
    (name) => spawnSync('sh', ['-c', `PATH=/usr/sbin:/sbin:$PATH command -v ${name}`]).status !== 0,
  );
  return without.length === 0 ? undefined : `${without.join(', ')} missing: apt-get install kmod iproute2 python3`;
}

const memoryMb = 2048;

/** Its memory is a file of which it runs code: in /dev/shm, unless a container has made that small or noexec. */
function memoryFolder() {
  const shm = '/dev/shm';
  if (!existsSync(shm)) return tmpdir();
  const mount = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .find((line) => line.split(' ')[1] === shm);
  if (/\bnoexec\b/.test(mount ?? '')) return tmpdir();
  const { bavail, bsize } = statfsSync(shm);
  return bavail * bsize > memoryMb * 2 ** 20 ? shm : tmpdir();
}

const fileOf = (folder, name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');

/**
 * Runs lines of sh(1) there, in `folder`, and resolves with what they printed, their status, and those of `files` that they left
 * in /run/exchange. They are killed after `limitMs`.
 */
export async function runThere(command, { folder, limitMs, files = [] }) {
  const exchange = mkdtempSync(join(tmpdir(), 'sockwise-kernel-'));
  if (/[\s,]/.test(folder + exchange))
    throw new Error(`${folder}: a blank or comma cannot be given to the other kernel`);
  writeFileSync(join(exchange, 'command'), `export HOME=/tmp CI= NO_COLOR=1\n${command}\n`);
  const parameters = [
    `mem=${memoryMb}M`,
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    `init=${init}`,
    // What the kernel does not know goes to the environment of init.
    `SOCKWISE_FOLDER=${folder}`,
    `SOCKWISE_EXCHANGE=${exchange}`,
    'con=null',
    'con0=null,fd:1',
    'quiet',
  ];
  try {
    // A group of its own: it is several processes.
    const child = spawn(program, parameters, { env: { ...process.env, TMPDIR: memoryFolder() }, detached: true });
    const end = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // All of them are gone.
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'exit']) process.once(signal, end);
    const timer = setTimeout(end, limitMs);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
    child.stderr.resume();
    await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
    clearTimeout(timer);
    for (const signal of ['SIGINT', 'SIGTERM', 'exit']) process.off(signal, end);
    const status = fileOf(exchange, 'status').trim();
    if (status === '')
      throw new Error(`the other kernel ended before the command did:\n${said}\n${fileOf(exchange, 'stderr')}`);
    const left = Object.fromEntries(files.map((name) => [name, fileOf(exchange, name)]));
    return {
      status: Number(status),
      stdout: fileOf(exchange, 'stdout'),
      stderr: fileOf(exchange, 'stderr'),
      files: left,
    };
  } finally {
    rmSync(exchange, { recursive: true, force: true });
  }
}
