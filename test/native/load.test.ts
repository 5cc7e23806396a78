import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, describe, expect, test } from 'vitest';
import { type ChildResult, root, run } from '../support/children.js';

const working = process.env['SOCKWISE_NATIVE'] ?? join(root, 'build/Release/sockwise.node');
const musl = process.platform === 'linux' && readFileSync('/proc/self/maps').includes('/ld-musl-');
const prebuilt = `prebuilds/${process.platform}-${process.arch}${musl ? '-musl' : ''}/sockwise.node`;
const local = 'build/Release/sockwise.node';

const places: string[] = [];
afterAll(() => {
  for (const place of places) rmSync(place, { recursive: true });
});

/** The package without a binary: as it is installed, or as a checkout, which also has `src/`. */
function copy(kind: 'installed' | 'checkout', binaries: readonly string[] = []): string {
  const place = mkdtempSync(join(tmpdir(), 'sockwise-load-'));
  places.push(place);
  for (const name of ['dist', 'native', 'scripts', 'package.json', 'binding.gyp'])
    cpSync(join(root, name), join(place, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
  if (kind === 'checkout') mkdirSync(join(place, 'src'));
  for (const binary of binaries) put(place, binary, working);
  return place;
}

function put(place: string, name: string, from: string): void {
  mkdirSync(join(place, name, '..'), { recursive: true });
  cpSync(from, join(place, name));
}

/** Which binary is loaded, or the error. */
const script = `
  import { createRequire } from 'node:module';
  try {
    await import(process.env.LOADER);
    console.log(Object.keys(createRequire(import.meta.url).cache).find((path) => path.endsWith('.node')));
  } catch ({ code, message, cause }) {
    console.log(JSON.stringify({ code, message, tried: cause?.errors?.map((error) => error.message) }));
  }`;

async function load(place: string, override = ''): Promise<string> {
  const env = { LOADER: join(place, 'dist/native/load.js'), SOCKWISE_NATIVE: override };
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', script], { env });
  expect(stderr).toBe('');
  return stdout.trim();
}

async function refusal(place: string, override = ''): Promise<{ code: string; message: string; tried: string[] }> {
  return JSON.parse(await load(place, override));
}

const changeSources = (place: string): void => writeFileSync(join(place, 'native/addon.cc'), '// changed');

describe('the addon that is loaded', () => {
  test('is the one that was built, before the prebuilt one', async () => {
    const place = copy('installed', [prebuilt, local]);
    expect(await load(place)).toBe(join(place, local));
  });

  test('is the prebuilt one, where none was built', async () => {
    const place = copy('installed', [prebuilt]);
    expect(await load(place)).toBe(join(place, prebuilt));
  });

  test('is the prebuilt one, where the one that was built is broken', async () => {
    const place = copy('installed', [prebuilt, local]);
    writeFileSync(join(place, local), 'no binary');
    expect(await load(place)).toBe(join(place, prebuilt));
  });

  test('is the one that SOCKWISE_NATIVE names, before all others', async () => {
    const place = copy('installed', [prebuilt, local, 'other/addon.node']);
    expect(await load(place, join(place, 'other/addon.node'))).toBe(join(place, 'other/addon.node'));
  });

  test('is no other than SOCKWISE_NATIVE names', async () => {
    const place = copy('installed', [prebuilt, local]);
    const { code, tried } = await refusal(place, join(place, 'absent.node'));
    expect(code).toBe('ERR_NATIVE_LOAD');
    expect(tried).toEqual([`${join(place, 'absent.node')}: no such file`]);
  });

  test('in a checkout is not one of other sources than native/ has', async () => {
    const place = copy('checkout', [prebuilt, local]);
    expect(await load(place)).toBe(join(place, local));
    changeSources(place);
    const { code, message, tried } = await refusal(place);
    expect(code).toBe('ERR_NATIVE_LOAD');
    expect(tried).toHaveLength(2);
    for (const attempt of tried) expect(attempt).toContain('built from other sources');
    expect(message).toContain('npm run build:native');
  });

  test('in a checkout may be older than the files of native/ if their content is the same', async () => {
    const place = copy('checkout', [local]);
    cpSync(join(root, 'native'), join(place, 'native'), { recursive: true });
    expect(await load(place)).toBe(join(place, local));
  });

  test('in an installed package is not compared with native/', async () => {
    const place = copy('installed', [local]);
    changeSources(place);
    expect(await load(place)).toBe(join(place, local));
  });
});

describe('ERR_NATIVE_LOAD', () => {
  test('names every file that was tried, why it failed, and the cure', async () => {
    const place = copy('installed', [prebuilt]);
    writeFileSync(join(place, prebuilt), 'no binary');
    const { code, message, tried } = await refusal(place);
    expect(code).toBe('ERR_NATIVE_LOAD');
    expect(tried).toHaveLength(2);
    expect(tried[0]).toBe(`${join(place, local)}: no such file`);
    expect(tried[1]).toContain(join(place, prebuilt));
    for (const attempt of tried) expect(message).toContain(attempt);
    expect(message).toContain('npx sockwise build');
    expect(message).toContain(`${process.platform}-${process.arch}, Node ${process.version}`);
  });
});

test.each(['esm', 'cjs'] as const)('a bundle as %s that swallowed the package says what to do', async (format) => {
  const place = mkdtempSync(join(tmpdir(), 'sockwise-load-'));
  places.push(place);
  const bundle = await rolldown({ input: join(root, 'dist/index.js'), platform: 'node', logLevel: 'silent' });
  await bundle.write({ dir: place, format, entryFileNames: format === 'cjs' ? 'out.cjs' : 'out.mjs' });
  await bundle.close();
  const { code, stderr } = await run(process.execPath, [join(place, format === 'cjs' ? 'out.cjs' : 'out.mjs')], {
    env: { SOCKWISE_NATIVE: '' },
  });
  expect(code).toBe(1);
  expect(stderr).toContain('a bundler has taken sockwise from its folder');
  expect(stderr).toContain('--external');
});

describe('scripts/install.mjs', () => {
  /** A folder of links to the programs named, to be all of PATH. */
  function path(place: string, programs: Readonly<Record<string, string>>): string {
    const folder = join(place, 'bin');
    mkdirSync(folder);
    for (const [name, target] of Object.entries(programs)) symlinkSync(target, join(folder, name));
    return folder;
  }

  const shell = { sh: '/bin/sh', node: process.execPath };
  // Stands for a tool that is there: it answers --version, and a build that got so far as to use it fails.
  const there = '/bin/true';

  function install(place: string, programs: Readonly<Record<string, string>>): Promise<ChildResult> {
    const env = {
      PATH: path(place, programs),
      SOCKWISE_NATIVE: '',
      CXX: undefined,
      MAKE: undefined,
      PYTHON: undefined,
      npm_config_python: undefined,
    };
    return run(process.execPath, [join(place, 'scripts/install.mjs')], { env });
  }

  test('does nothing where an addon loads', async () => {
    expect(await install(copy('installed', [prebuilt]), shell)).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: '',
    });
  });

  test.each([
    ['python3', { make: there, 'g++': there }, 'python3'],
    ['make', { python3: there, 'g++': there }, 'make'],
    ['a C++17 compiler', { python3: there, make: there }, 'g++'],
    ['python3, make, a C++17 compiler', {}, 'python3 make g++'],
  ])('names what is missing to build it: %s', async (missing, tools, packages) => {
    const { code, stderr } = await install(copy('installed'), { ...shell, ...tools });
    expect(code).toBe(1);
    expect(stderr).toContain(`Missing: ${missing}. Install with one of`);
    if (process.platform === 'linux') expect(stderr).toContain(`apt-get install ${packages}\n`);
  });
});
