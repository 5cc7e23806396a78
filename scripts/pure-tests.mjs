// Which test files ask the kernel nothing: neither they nor what they import loads the addon, starts a process or thread, or opens
// one of Node's sockets. Whoever runs them, they say the same, so .ci/run does so once. `node scripts/pure-tests.mjs` prints them
// as arguments of vitest that leave them out.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const kernel = new Set([
  join(root, 'src/native/load.ts'),
  ...['child_process', 'cluster', 'dgram', 'http', 'https', 'net', 'tls', 'worker_threads'].map(
    (name) => `node:${name}`,
  ),
]);

/** Starts a process and a server, for the documents alone. */
const documents = ['test/site.test.ts'];

/** What a file imports, types left out: files by path, others by name. */
function importsOf(file) {
  const text = readFileSync(file, 'utf8').replaceAll(/^(import|export) type\b[^;]*;/gm, '');
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']*)'/g)].map(([, name]) => {
    if (!name.startsWith('.')) return name;
    const path = join(dirname(file), name);
    const source = path.replace(/\.js$/, '.ts');
    return existsSync(source) ? source : path;
  });
}

function asksKernel(file, seen) {
  if (kernel.has(file)) return true;
  if (seen.has(file) || !existsSync(file)) return false;
  seen.add(file);
  return importsOf(file).some((each) => asksKernel(each, seen));
}

export function pureTests() {
  return (
    readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
      // test/clients has packages of its own, some with tests.
      .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules/'))
      .map((name) => `test/${name}`)
      .filter((name) => documents.includes(name) || !asksKernel(join(root, name), new Set()))
      .sort()
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(
    pureTests()
      .map((name) => `--exclude=${name}`)
      .join(' '),
  );
