import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { learnErrors, messageOf, UsageError } from '../errors.js';
import { code, ownFile, root } from '../package.js';
import { valueOffset, type NativeBinding } from './binding.js';

// A bundler that writes CommonJS leaves no file's name, and the error for it comes below.
const require = createRequire(ownFile ?? '/');

/** What names the libc that this process is linked with; the files of a system may hold both. */
function linked(): string {
  try {
    // As text: for bytes Node reads a file of no known size piece by piece, and takes half a millisecond more.
    return readFileSync('/proc/self/maps', 'utf8');
  } catch {
    // Without /proc: the loader that the program's own file asks for, ELF's PT_INTERP, is named in its first page.
    const file = openSync(process.execPath, 'r');
    try {
      const page = Buffer.alloc(4096);
      readSync(file, page);
      return page.toString('latin1');
    } finally {
      closeSync(file);
    }
  }
}

/** A binary made for glibc does not load with musl, whose libc is its loader, ld-musl-ARCH.so.1. */
function isMusl(): boolean {
  try {
    return process.platform === 'linux' && linked().includes('/ld-musl-');
  } catch {
    return false;
  }
}

/** The name of this machine in prebuilds/. */
function target(): string {
  return `${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`;
}

function* candidates(): Iterable<string> {
  const override = process.env['SOCKWISE_NATIVE'];
  if (override !== undefined && override !== '') return yield resolve(override);
  // What was built here, by a checkout or by `sockwise build`, was built for a reason.
  yield join(root, 'build/Release/sockwise.node');
  yield join(root, 'prebuilds', target(), 'sockwise.node');
}

/** Whether native/ was touched after the binary was written. The time of change (ctime) is the one that no copy sets back. */
function touchedSince(path: string): boolean {
  const { mtimeMs } = statSync(path);
  const folder = join(root, 'native');
  return ['.', ...readdirSync(folder)].some((name) => statSync(join(folder, name)).ctimeMs > mtimeMs);
}

/** Refuses a binary older than its sources, in a checkout: it would answer for code that is no longer there. */
function assertFresh(path: string): void {
  // An installed package has no src/, and its binary came with it or was built when it was installed.
  if (!existsSync(join(root, 'src')) || !touchedSince(path)) return;
  const { sourcesMark } = require(join(root, 'scripts/sources.mjs')) as { sourcesMark(root: string): string };
  if (!readFileSync(path).includes(sourcesMark(root)))
    throw new Error('built from other sources than native/ now holds');
}

const bundled = 'a bundler has taken sockwise from its folder, where the native addon is: mark it as external';

/** Whether this code runs in the package's own folder. */
function isWhole(): boolean {
  try {
    const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly name?: string };
    // webpack keeps the file's address, and so the package looks whole; but it may have replaced require().
    return typeof require === 'function' && root !== '' && name === 'sockwise' && ownFile?.startsWith(code) === true;
  } catch {
    return false;
  }
}

/** How the package manager in use runs a command of a package. */
function runner(): string {
  const agent = process.env['npm_config_user_agent'] ?? '';
  if (root.includes('/.pnpm/') || agent.startsWith('pnpm/')) return 'pnpm exec';
  if ('pnp' in process.versions || root.includes('/.yarn/') || agent.startsWith('yarn/')) return 'yarn';
  return 'npx';
}

function load(): NativeBinding {
  const failures: Error[] = [];
  for (const path of candidates()) {
    try {
      if (!existsSync(path)) throw new Error('no such file');
      assertFresh(path);
      return require(path) as NativeBinding;
    } catch (error) {
      const reason = messageOf(error);
      failures.push(new Error(`${path}: ${reason}`, { cause: error }));
    }
  }
  if (!isWhole())
    throw new UsageError(
      'ERR_NATIVE_LOAD',
      `${bundled} (esbuild --external:sockwise, rollup --external sockwise, webpack externals, ncc --external sockwise)`,
    );
  const cure = existsSync(join(root, 'src'))
    ? 'build it with `npm run build:native`'
    : `build it with \`${runner()} sockwise build\` (needs python3, make and a C++ compiler)`;
  const attempts = failures.map(({ message }) => message).join('; ');
  throw new UsageError(
    'ERR_NATIVE_LOAD',
    `no native addon for ${target()}, Node ${process.version}: ${cure}. Tried: ${attempts}`,
    { cause: new AggregateError(failures) },
  );
}

export const native = load();
learnErrors(native.errnos, native.strerror);
/** The arguments at the start of the scratch memory, see {@link NativeBinding}; the values behind them are options/scratch.ts. */
export const frame = new Int32Array(native.scratch, 0, valueOffset / 4);
