// Which compilers read the declarations, in which kinds of modules, and beside which declarations of Node.
import assert from 'node:assert/strict';
import { like, run } from './place.mjs';
import { nodeTypes, typescript, typescripts, typesOf } from './tools.mjs';
import * as uses from './uses.mjs';

const kinds = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

// Fails to compile where the types have become `any`.
const text = `${uses.typed}
// One type, however it came.
export async function same(): Promise<void> {
  const socket: sockwise.Socket<'IPv4'> = (await import('sockwise')).Socket.open();
  socket.close();
}
// @ts-expect-error no such option
sockwise.getOption(sockwise.Socket.open(), 'TCP_NODELAYS');
`;
// Modules alone have it until TypeScript knows that Node requires modules too, in 5.8 with nodenext.
const lab = `import { runCases } from 'sockwise/lab';
export const run: typeof runCases = runCases;
// @ts-expect-error no such function
runCases.nothing;
`;

function compile(prebuilt, compiler, types, skipLibCheck) {
  for (const [kind, options] of Object.entries(kinds))
    for (const type of kind === 'bundler' ? ['module'] : ['module', 'commonjs']) {
      const path = like(prebuilt, 'types', {
        'package.json': JSON.stringify({ name: 'consumer', private: true, type }),
        'main.ts': type === 'module' ? text + lab : text,
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            ...options,
            target: 'es2022',
            lib: ['es2023', 'esnext.disposable'],
            strict: true,
            noEmit: true,
            skipLibCheck,
            types: ['node'],
            typeRoots: [`${typesOf(types)}/@types`],
          },
          files: ['main.ts'],
        }),
      });
      assert.equal(run(path, process.execPath, [typescript(compiler)]), '');
    }
}

const newest = typescripts.at(-1);
const minor = (version) => Number(version.split('.')[0]) * 100 + Number(version.split('.')[1]);
/** From here on typed arrays are generic, as the declarations have them. */
const isWhole = (version) => minor(version) >= 507;

export const types = [
  ...typescripts.map((version) => ({
    title: `TypeScript ${version}, module node16, nodenext and bundler`,
    isSlow: true,
    result: isWhole(version) ? undefined : 'works with `skipLibCheck`',
    work: (prebuilt) => compile(prebuilt, version, nodeTypes[0], !isWhole(version)),
  })),
  ...nodeTypes.map((version) => ({
    title: `@types/node ${version}`,
    isSlow: true,
    work: (prebuilt) => compile(prebuilt, newest, version, false),
  })),
];
