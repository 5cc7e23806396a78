import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const built = new URL('../../dist/index.js', import.meta.url).href;
export const addon = `${root}build/Release/sockwise.node`;

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How much slower a Node is here than by itself: what scripts/sanitize.mjs preloads says so. */
export const slowness = Number(process.env['SOCKWISE_TEST_SLOWNESS'] ?? 1);

export interface ChildOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly deadlineMs?: number;
  /** The checkout if absent. */
  readonly cwd?: string;
}

const running = new Set<ChildProcess>();

// A test that ran out of time has not waited for its child.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs a program to its end; past the deadline it is killed and the result has `signal: 'SIGKILL'`. */
export function run(
  command: string,
  args: readonly string[],
  { env, deadlineMs = 20_000, cwd = root }: ChildOptions = {},
): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: deadlineMs * slowness,
      killSignal: 'SIGKILL',
    });
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stdout, stderr });
    });
  });
}

/** What every script starts with: the built package, and a TCP connection over loopback. */
const prelude = `
import { Socket } from ${JSON.stringify(built)};
const listener = () => Socket.open().bind({ address: '127.0.0.1' }).listen();
async function connection() {
  const l = listener();
  const client = Socket.open();
  await client.connect(l.getsockname());
  const accepted = await l.accept();
  l.close();
  return [client, accepted];
}
`;

export function scriptArguments(script: string): string[] {
  return ['--expose-gc', '--input-type=module', '--eval', prelude + script];
}

/** Runs an ES module in a Node of its own. */
export function runScript(script: string, options?: ChildOptions): Promise<ChildResult> {
  return run(process.execPath, scriptArguments(script), options);
}
