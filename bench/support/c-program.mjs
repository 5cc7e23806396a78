import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../c/', import.meta.url));
const program = fileURLToPath(new URL('../build/loops', import.meta.url));

/** Compiles the C files of a folder into one program, with the machine's own compiler. */
export function compile(folder, into) {
  mkdirSync(dirname(into), { recursive: true });
  const files = readdirSync(folder).filter((file) => file.endsWith('.c'));
  execFileSync(process.env.CC ?? 'cc', ['-O2', '-Wall', '-Wextra', '-pthread', '-o', into, ...files], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

export const buildLoops = () => compile(sources, program);

/** Starts the C loops. `run(name, count)` resolves with the nanoseconds `count` turns of a loop took. */
export function startLoops() {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(name, count) {
      child.stdin.write(`${name} ${count}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`the C loop ${name} ended: see its message above`);
      return Number(value);
    },
    stop() {
      child.stdin.end();
    },
  };
}
