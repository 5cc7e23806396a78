// What installs, loads or compiles the package besides npm and Node, in the versions it is tried with. Each is fetched into .cache/
// when it is first asked for.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './place.mjs';

const specs = {
  npm: ['npm@12.2.2'],
  pnpm: ['pnpm@12.21.0'],
  'pnpm 10': ['pnpm@10.34.8'],
  yarn: ['@yarnpkg/cli-dist@4.18.1'],
  jest: ['jest@30.5.2'],
  tsx: ['tsx@4.23.15'],
  esbuild: ['esbuild@0.28.2'],
  rollup: ['rollup@4.67.4', '@rollup/plugin-node-resolve@16.0.3', '@rollup/plugin-commonjs@29.0.3'],
  webpack: ['webpack@5.113.0'],
  ncc: ['@vercel/ncc@0.45.0'],
};

export const typescripts = ['5.2.2', '5.3.3', '5.4.5', '5.5.4', '5.6.3', '5.7.3', '5.8.3', '5.9.3', '6.0.3', '7.0.2'];
export const nodeTypes = ['20.19.43', '22.20.7', '24.19.4', '26.6.7'];

/** The node_modules of a package and what comes with it. */
function fetched(packages) {
  const name = packages[0].replace(/^@/, '').replaceAll('/', '-').replace('@', '-');
  const folder = join(root, '.cache/package', name);
  const modules = join(folder, 'node_modules');
  if (existsSync(modules)) return modules;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{}');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  run(folder, 'npm', ['install', '--save-exact', ...quiet, ...packages]);
  return modules;
}

export const tool = (name) => fetched(specs[name]);
export const typescript = (version) => join(fetched([`typescript@${version}`]), 'typescript/bin/tsc');
export const typesOf = (version) => fetched([`@types/node@${version}`]);
export const versionOf = (name) => specs[name][0].replace(/^.*@/, '');
