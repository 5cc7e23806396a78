// Writes the JavaScript of dist/ from src/: a file for everything that is started or imported from outside, and between them files
// of what they share. Node takes longer to find, read and link 300 modules than to run most commands. The declarations are tsc's.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

const entries = [
  // package.json: what others import, and the command.
  'index',
  'explain/preload',
  'service/index',
  'claims/index',
  'cli/main',
  // Processes of their own.
  'explain/trial-process',
  'lab/run/worker',
  'claims/content',
  ...readdirSync(join(root, 'src/claims/programs')).map((name) => `claims/programs/${name.replace('.ts', '')}`),
  // scripts/ and test/.
  'native/load',
  'lab/index',
  'claims/documents',
];

const bundle = await rolldown({
  cwd: root,
  input: Object.fromEntries(entries.map((name) => [name, join(root, 'src', `${name}.ts`)])),
  platform: 'node',
  external: /^(?!@oxc-project)[^./\0]/,
  // Nothing happens when a module is loaded but what its exports need, as package.json says too.
  treeshake: { moduleSideEffects: false },
  tsconfig: join(root, 'tsconfig.json'),
  transform: { target: 'es2022' },
});
const { output } = await bundle.write({
  dir: dist,
  format: 'esm',
  sourcemap: true,
  chunkFileNames: 'shared/[name].js',
  // What `using` becomes for Node 20: otherwise in a large file, which its users would all load.
  codeSplitting: { groups: [{ name: 'using', test: /usingCtx/ }] },
});
await bundle.close();

/** What an earlier build left, of files that are no more. */
const written = new Set(output.map(({ fileName }) => fileName));
for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
  if (/\.js(\.map)?$/.test(file) && !written.has(file)) rmSync(join(dist, file));
