// What loads the package in an application: runners of tests, compilers on the fly, threads, bundlers.
import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fail, folder, like, root, run } from './place.mjs';
import { tool } from './tools.mjs';
import * as uses from './uses.mjs';

const node = process.execPath;
const yes = 'true\n';
const modules = join(root, 'node_modules');

const assertPassed = (output, count) => assert.match(output, new RegExp(`\\b${count} passed|^# pass ${count}$`, 'm'));

function prints(path, args, extra) {
  assert.equal(run(path, node, args, extra), yes);
}

function vitest(pool) {
  return {
    title: `vitest, pool ${pool}`,
    isSlow: pool !== 'forks',
    work: (prebuilt) => {
      const path = like(prebuilt, 'vitest', {
        'check.mjs': uses.esm,
        'use.test.mjs': `import { expect, test } from 'vitest'; import { exchange } from './check.mjs';
          test('a connection', async () => expect(await exchange()).toBe(true));`,
        'vitest.config.mjs': `export default { resolve: { alias: { vitest: ${JSON.stringify(join(modules, 'vitest'))} } } };`,
      });
      assertPassed(
        run(path, node, [join(modules, 'vitest/vitest.mjs'), 'run', `--pool=${pool}`], { NO_COLOR: '1' }),
        1,
      );
    },
  };
}

const jestTest = `const { exchange } = require('./check.cjs');
test('a connection', async () => expect(await exchange()).toBe(true));`;

/**
 * A bundler: `bundle(path, isExternal)` writes `out.js` from `in.mjs`. With the package external the result works; with it inside, where
 * its addon is not, the result says at its start what to do.
 */
function bundler(title, isSlow, bundle) {
  return [
    {
      title: `${title}, sockwise external`,
      isSlow,
      work: (prebuilt) => {
        const path = like(prebuilt, 'bundled', { 'in.mjs': uses.program(uses.esm) });
        prints(path, [bundle(path, true)]);
      },
    },
    {
      title: `${title}, sockwise inside`,
      isSlow,
      result: 'ends with `ERR_NATIVE_LOAD`, which says to mark sockwise as external',
      work: (prebuilt) => {
        const path = like(prebuilt, 'bundled', { 'in.mjs': uses.program(uses.esm) });
        const out = bundle(path, false);
        // Where a bundle is shipped to the package is not: webpack's would find the addon by the address it was built from.
        const gone = `${path}-gone`;
        renameSync(path, gone);
        const output = fail(folder('shipped'), node, [out]);
        renameSync(gone, path);
        // Not the line of the source, which is printed too.
        assert.match(output, /^UsageError: a bundler has taken .* mark it as external/m);
        assert.match(output, /ERR_NATIVE_LOAD/);
      },
    },
  ];
}

const external = (isExternal) => (isExternal ? ['sockwise'] : []);

export const loaders = [
  {
    title: 'node:test',
    work: (prebuilt) => {
      const path = like(prebuilt, 'node-test', {
        'check.cjs': uses.cjs,
        'use.test.cjs': `const { exchange } = require('./check.cjs');
          require('node:test')('a connection', async () => require('node:assert').equal(await exchange(), true));`,
      });
      assertPassed(run(path, node, ['--test', '--test-reporter=tap', 'use.test.cjs']), 1);
    },
  },
  {
    title: 'worker threads',
    work: (prebuilt) =>
      prints(like(prebuilt, 'threads', { 'check.cjs': uses.cjs, 'main.cjs': uses.threads }), ['main.cjs']),
  },
  {
    title: 'node:cluster',
    work: (prebuilt) =>
      prints(like(prebuilt, 'cluster', { 'check.cjs': uses.cjs, 'main.cjs': uses.cluster }), ['main.cjs']),
  },
  {
    title: 'jiti',
    work: (prebuilt) => {
      const path = like(prebuilt, 'jiti', { 'main.ts': uses.program(uses.typed) });
      prints(path, [join(modules, 'jiti/lib/jiti-cli.mjs'), 'main.ts']);
    },
  },
  vitest('forks'),
  vitest('threads'),
  vitest('vmThreads'),
  vitest('vmForks'),
  {
    title: 'jest',
    isSlow: true,
    work: (prebuilt) => {
      const path = like(prebuilt, 'jest', { 'check.cjs': uses.cjs, 'use.test.js': jestTest });
      run(path, node, [join(tool('jest'), 'jest/bin/jest.js'), '--rootDir', path]);
    },
  },
  {
    title: 'jest, `node --experimental-vm-modules`',
    isSlow: true,
    work: (prebuilt) => {
      const path = like(prebuilt, 'jest-esm', {
        'check.mjs': uses.esm,
        'use.test.mjs': `import { exchange } from './check.mjs'; test('a connection', async () => expect(await exchange()).toBe(true));`,
      });
      const jest = join(tool('jest'), 'jest/bin/jest.js');
      run(path, node, ['--experimental-vm-modules', jest, '--rootDir', path, '--testMatch', '**/*.test.mjs']);
    },
  },
  ...['module', 'commonjs'].map((type) => ({
    title: `tsx, "type": "${type}"`,
    isSlow: true,
    work: (prebuilt) => {
      const path = like(prebuilt, `tsx-${type}`, {
        'package.json': JSON.stringify({ name: 'consumer', private: true, type }),
        'main.ts': uses.program(uses.typed),
      });
      prints(path, [join(tool('tsx'), 'tsx/dist/cli.mjs'), 'main.ts']);
    },
  })),
  ...bundler('rolldown', false, (path, isExternal) => {
    const out = isExternal ? join(path, 'out.mjs') : join(folder('shipped'), 'rolldown.mjs');
    const args = external(isExternal).flatMap((name) => ['--external', name]);
    run(path, node, [join(modules, 'rolldown/bin/cli.mjs'), 'in.mjs', '--file', out, '--platform', 'node', ...args]);
    return out;
  }),
  ...['esm', 'cjs'].flatMap((format) =>
    bundler(`esbuild, ${format}`, true, (path, isExternal) => {
      const out = join(isExternal ? path : folder('shipped'), format === 'esm' ? 'esbuild.mjs' : 'esbuild.cjs');
      const args = external(isExternal).map((name) => `--external:${name}`);
      const esbuild = join(tool('esbuild'), 'esbuild/bin/esbuild');
      run(path, node, [
        esbuild,
        'in.mjs',
        '--bundle',
        '--platform=node',
        `--format=${format}`,
        `--outfile=${out}`,
        ...args,
      ]);
      return out;
    }),
  ),
  ...['es', 'cjs'].flatMap((format) =>
    bundler(`rollup, ${format}`, true, (path, isExternal) => {
      const out = join(isExternal ? path : folder('shipped'), format === 'es' ? 'rollup.mjs' : 'rollup.cjs');
      const tools = tool('rollup');
      const config = join(path, 'rollup.config.mjs');
      folder('bundled', {
        'rollup.config.mjs': `import resolve from ${JSON.stringify(join(tools, '@rollup/plugin-node-resolve/dist/es/index.js'))};
          import commonjs from ${JSON.stringify(join(tools, '@rollup/plugin-commonjs/dist/es/index.js'))};
          export default { input: 'in.mjs', external: [/^node:/, ...${JSON.stringify(external(isExternal))}],
            plugins: [resolve({ preferBuiltins: true }), commonjs()], output: { file: ${JSON.stringify(out)}, format: '${format}', inlineDynamicImports: true } };`,
      });
      run(path, node, [join(tools, 'rollup/dist/bin/rollup'), '--config', config, '--silent']);
      return out;
    }),
  ),
  ...bundler('webpack', true, (path, isExternal) => {
    const out = isExternal ? path : folder('shipped');
    folder('bundled', {
      'webpack.cjs': `const webpack = require(${JSON.stringify(join(tool('webpack'), 'webpack'))});
        webpack({ mode: 'production', optimization: { minimize: false }, target: 'node', entry: './in.mjs', externals: ${JSON.stringify(isExternal ? { sockwise: 'commonjs sockwise' } : {})},
          output: { path: ${JSON.stringify(out)}, filename: 'webpack.cjs.js' } }, (error, stats) => {
          if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exitCode = 1; }
        });`,
    });
    run(path, node, ['webpack.cjs']);
    return join(out, 'webpack.cjs.js');
  }),
  ...bundler('ncc', true, (path, isExternal) => {
    const out = join(isExternal ? path : folder('shipped'), 'ncc');
    const args = external(isExternal).flatMap((name) => ['--external', name]);
    run(path, node, [
      join(tool('ncc'), '@vercel/ncc/dist/ncc/cli.js'),
      'build',
      'in.mjs',
      '--out',
      out,
      '--quiet',
      ...args,
    ]);
    return ['index.mjs', 'index.js'].map((name) => join(out, name)).find((file) => existsSync(file)) ?? out;
  }),
];
