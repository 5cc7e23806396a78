import type { MatrixResult } from '../../src/lab/record/result.js';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { namespacesAvailable } from '../../src/netns/user-namespace.js';
import { type ChildOptions, type ChildResult, root, run } from './children.js';

export const program = `${root}dist/cli/main.cjs`;

/** Why experiments cannot be run here; `undefined` where they can, after one re-execution perhaps. */
export const noExperiments = ((access) => (access.how === 'none' ? access.reason : undefined))(namespacesAvailable());

/** Runs the command line program. */
export function sockwise(args: readonly string[], options?: ChildOptions): Promise<ChildResult> {
  return run(process.execPath, [program, ...args], options);
}

export async function matrix(args: readonly string[], options?: ChildOptions): Promise<MatrixResult> {
  const { stdout, stderr } = await sockwise(['matrix', '--json', ...args], options);
  if (stdout === '') throw new Error(`nothing was printed: ${stderr}`);
  return JSON.parse(stdout) as MatrixResult;
}

function numbers(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function parentOf(pid: string): string {
  // proc_pid_stat(5): the name may hold anything but ends with the last parenthesis.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
}

/** The processes of the lab that carry `mark` in their environment, by command line. */
export function labProcesses(mark: string): string[] {
  return numbers().flatMap((pid) => {
    try {
      const isMarked = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return isMarked && /(claims\/programs\/|lab\/run\/worker)/.test(line)
        ? [`${pid} of ${parentOf(pid)}: ${line}`]
        : [];
    } catch {
      return [];
    }
  });
}

/** Network namespaces that a process marked so is in, beside our own. */
export function foreignNamespaces(mark: string): string[] {
  const own = readlinkSync('/proc/self/ns/net');
  return numbers().flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark)) return [];
      const found = readlinkSync(`/proc/${pid}/ns/net`);
      return found === own ? [] : [found];
    } catch {
      return [];
    }
  });
}
