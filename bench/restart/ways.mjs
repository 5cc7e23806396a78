// How each way starts the server of bench restart, and restarts it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const server = `${root}bench/restart/server.mjs`;
const pm2Program = `${root}bench/restart/node_modules/pm2/bin/pm2`;
const processes = 2;

async function ended(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** What a child says, a line each: `said(wanted)` resolves with the first line from now on that begins so. */
function linesOf(stream, isWrong = () => false) {
  const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
  return async (wanted) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`ended without ${wanted}`);
      if (value.startsWith(wanted)) return value;
      if (isWrong(value)) throw new Error(value);
    }
  };
}

/** Starts `node server.mjs PORT HOW`; its successors print to the same pipe. */
function starter({ port, run }, how, ...args) {
  return (stdout = 'pipe') =>
    run(() => spawn(process.execPath, [server, String(port), how, ...args], { stdio: ['ignore', stdout, 'inherit'] }));
}

async function nothing(context) {
  const child = starter(context, 'plain')();
  await linesOf(child.stdout)('ready');
  return { restart: async () => {}, stop: async () => await ended(child, 'SIGKILL') };
}

async function plain(context) {
  const begin = starter(context, 'plain');
  const start = async () => {
    const child = begin();
    await linesOf(child.stdout)('ready');
    return child;
  };
  let child = await start();
  return {
    async restart() {
      await ended(child, 'SIGTERM');
      child = await start();
    },
    stop: async () => await ended(child, 'SIGKILL'),
  };
}

async function cluster(context) {
  const child = starter(context, 'cluster')();
  const said = linesOf(child.stdout);
  await said('ready');
  return {
    async restart() {
      child.kill('SIGHUP');
      await said('reloaded');
    },
    stop: async () => await ended(child, 'SIGTERM'),
  };
}

async function inherited(context) {
  const child = starter(context, 'inherited')();
  const said = linesOf(child.stdout);
  let pid = Number((await said('ready')).split(' ')[1]);
  return {
    async restart() {
      process.kill(pid, 'SIGHUP');
      pid = Number((await said('ready')).split(' ')[1]);
      await said('ended');
    },
    async stop() {
      process.kill(pid, 'SIGKILL');
    },
  };
}

async function handover(context) {
  const folder = mkdtempSync(join(tmpdir(), 'sockwise-bench-'));
  const begin = starter(context, 'handover', join(folder, 'meet.sock'));
  const start = async () => {
    const child = begin();
    const said = linesOf(child.stdout);
    await said('ready');
    return { child, exited: once(child, 'exit') };
  };
  let now = await start();
  return {
    async restart() {
      const before = now;
      now = await start();
      await before.exited;
    },
    async stop() {
      await ended(now.child, 'SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}

async function sockwise({ port, run }) {
  const command = ['restart', '--json', '--', process.execPath, server, String(port), 'supervised'];
  const child = run(() =>
    spawn(process.execPath, [`${root}dist/cli/main.cjs`, ...command], { stdio: ['ignore', 'ignore', 'pipe'] }),
  );
  const said = linesOf(child.stderr, (line) => /^\{"event":"(failed|killed)"/.test(line));
  await said('{"event":"ready"');
  return {
    async restart() {
      child.kill('SIGHUP');
      await said('{"event":"ended"');
    },
    stop: async () => await ended(child, 'SIGTERM'),
  };
}

async function pm2({ port, run }) {
  const home = mkdtempSync(join(tmpdir(), 'sockwise-pm2-'));
  const call = (...args) => {
    const { status, stdout, stderr } = run(() =>
      spawnSync(process.execPath, [pm2Program, ...args], { encoding: 'utf8', env: { ...process.env, PM2_HOME: home } }),
    );
    if (status !== 0) throw new Error(`pm2 ${args[0]}: ${stdout}${stderr}`);
  };
  call('start', server, '--name', 'bench', '-i', String(processes), '--wait-ready', '--', String(port), 'pm2');
  return {
    restart: async () => call('reload', 'bench'),
    async stop() {
      call('kill');
      rmSync(home, { recursive: true });
    },
  };
}

/** By the name of the row. `nothing` is not restarted: what its clients lose, the load alone has lost. */
export const ways = { sockwise, openHandover: handover, nothing, plain, cluster, pm2, inherited };
