// Writes the JavaScript of dist/ from src/: a file for everything that is started or imported from outside, and between them files
// of what they share. Node takes longer to find, read and link 300 modules than to run most commands. What the commands take from
// other packages is bundled too, so that installing this one installs no other. The declarations are tsc's.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { minifySync } from 'rolldown/utils';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

const entries = [
  // package.json: what others import, and the commands that are no answers.
  'index',
  'explain/preload',
  'service/index',
  'service/supervised',
  'claims/index',
  'cli/every',
  // Processes of their own.
  'explain/trial-process',
  'lab/run/worker',
  'lab/run/typescript-hooks',
  'claims/content',
  // scripts/ and test/.
  'native/load',
  'options/spec',
  'options/supports',
  'lab/index',
  'claims/documents',
];

/** Started dozens of times in a run of the cases. */
const programs = readdirSync(join(root, 'src/claims/programs'))
  .map((name) => name.replace('.ts', ''))
  .filter((name) => name !== 'report')
  .map((name) => `claims/programs/${name}`);

/** A group takes what its files import too, so those that others are built on come first. */
function byPriority(group, index) {
  return { ...group, priority: 10 - index };
}

/**
 * One file for the library, one for the lab with its claims, one for what takes the types out of TypeScript, and the Chinese texts,
 * loaded where somebody asks for them.
 */
const groups = [
  {
    name: 'core',
    test: /\/src\/(index|package|errors|address|nearest|languages)\.ts$|\/src\/(native|options|socket|netlink|netns|proc|handles|explain\/(?!preload|trial-process|.*\.zh\.))/,
  },
  {
    name: 'typescript',
    test: /\/src\/lab\/run\/typescript\.ts$|\/node_modules\/(?:sucrase|@jridgewell|lines-and-columns|ts-interface-checker)\//,
  },
  { name: 'chinese-rules', test: /\/src\/explain\/.*\.zh\.ts$/ },
  // What records a run; what it draws and what is claimed are loaded where somebody asks for them.
  {
    name: 'instrument',
    test: /\/src\/(raw\/|lab\/(record|network|wire|pkt|run\/(?!worker|typescript(?:-hooks)?\.ts))|claims\/english\.ts)/,
  },
  { name: 'drawings', test: /\/src\/lab\/(draw|try)\/(?!.*\.zh\.)/ },
  { name: 'claims', test: /\/src\/claims\/(?!content|index|documents|programs|chinese)(?!.*\.zh\.)/ },
  // Not those of doctor, which loads without the addon.
  { name: 'chinese', test: /\/src\/((?!cli\/).*\.zh|claims\/chinese)\.ts$/ },
].map(byPriority);

/** The same for what is CommonJS: the programs take sockets alone, and the commands that answer do without Node's own handles. */
const commonJsGroups = [
  {
    name: 'sockets',
    test: /@oxc-project|\/src\/(package|errors|address|nearest)\.ts$|\/src\/(native|options|socket)\//,
  },
  { name: 'answers', test: /\/src\/(netlink|netns|proc|explain\/(?!index|attach|.*\.zh\.))/ },
  { name: 'handles', test: /\/src\/(index\.ts$|handles\/|explain\/(index|attach)\.ts$)/ },
].map(byPriority);

/** The command: in CommonJS what answers at once, and the way to the file of all commands. */
const command = ['cli/main'];

/** What jest takes, which loads no modules before Node 24. Node itself never does, so that an application has one of each class. */
const library = ['index', 'service/index'];

/** Files of the commands alone, whose errors are a line. */
const minified = ['typescript', 'instrument', 'drawings', 'claims', 'ora', 'esm', 'chinese', 'chinese-rules'];

/** Texts that are loaded where somebody asks for them. */
const isChinese = /^chinese|\.zh$/;

/** Functions of ours keep their names, for stacks. */
function folded({ name, fileName, code }) {
  const module = !fileName.endsWith('.cjs');
  if (name === 'typescript') return minifySync(fileName, code, { module }).code;
  const mangle = { toplevel: false, keepNames: { function: true, class: true } };
  return minifySync(fileName, code, { module, compress: true, mangle }).code;
}

/** Folders of the packages that are bundled. */
const packages = new Set();

const finish = {
  name: 'finish',
  generateBundle(_, chunks) {
    for (const chunk of Object.values(chunks)) {
      // What nobody reads. Of the library itself Node prints lines.
      if (minified.includes(chunk.name) || chunk.fileName?.endsWith('.cjs')) chunk.code = folded(chunk);
      if (chunk.fileName?.endsWith('.js')) chunk.code = chunk.code?.replaceAll(builtinImport, taken);
      // V8 reads a file of ASCII in half the time: one other character, and each takes two bytes.
      if (!isChinese.test(chunk.name)) chunk.code = chunk.code?.replaceAll(/[^\x00-\x7f]/g, escaped);
      for (const id of chunk.moduleIds ?? []) {
        const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id) ?? [];
        if (folder !== undefined) packages.add(folder);
      }
    }
  },
};

const builtinImport = /\bimport ?(?:(\{[^}]*\})|(?:\* ?as )?([\w$]+)) ?from ?"(node:[^"]+)"/g;

/**
 * Takes a module of Node without an ES module around it: to make that, Node reads each of its exports, which loads what they stand
 * for. Of fs and util that is Node's streams, MIME types and a parser of arguments, for which nothing here asks.
 */
function taken(_, names, whole, id) {
  const found = names?.replaceAll(/ as /g, ': ') ?? whole;
  // One of them may be `process`.
  return `const ${found} = globalThis.process.getBuiltinModule("${id}")`;
}

function escaped(unit) {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

// The parser of command lines loads child_process, which loads much of Node, for commands that are programs. None of ours is.
const noPrograms = '\0no-programs';

function isForPrograms(id, importer) {
  return id === 'node:child_process' && importer?.includes('/node_modules/commander/') === true;
}

const withoutPrograms = {
  name: 'without-programs',
  resolveId: (id, importer) => (isForPrograms(id, importer) ? noPrograms : undefined),
  load: (id) => (id === noPrograms ? 'export {};' : undefined),
};

/** A licence asks to be passed on with what it covers. */
function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}

/** Writes a file for each entry, and files of what they share. Returns the names of all. */
async function write(names, output, elsewhere = []) {
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(names.map((name) => [name, join(root, 'src', `${name}.ts`)])),
    platform: 'node',
    // As it is written: beside the file that asks for it.
    makeAbsoluteExternalsRelative: false,
    external: (id, importer) => elsewhere.includes(id) || (id.startsWith('node:') && !isForPrograms(id, importer)),
    // Nothing happens when a module is loaded but what its exports need, as package.json says too; for others it speaks itself.
    treeshake: { moduleSideEffects: [{ test: /\/src\//, sideEffects: false }] },
    tsconfig: join(root, 'tsconfig.json'),
    transform: { target: 'es2022' },
    // What drawings load late for the sake of those who import them alone is in one file with them here.
    checks: { ineffectiveDynamicImport: false, pluginTimings: false },
    plugins: [withoutPrograms, finish],
  });
  const { output: files } = await bundle.write({ dir: dist, comments: false, ...output });
  await bundle.close();
  return files.map(({ fileName }) => fileName);
}

const written = new Set([
  ...(await write(entries, { format: 'esm', chunkFileNames: 'shared/[name].js', codeSplitting: { groups } })),
  // Node starts a third sooner with CommonJS, and the programs load what a Socket needs alone, not all of the public surface.
  ...(await write(
    [...programs, ...command, ...library],
    {
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: 'shared/[name].cjs',
      codeSplitting: { groups: commonJsGroups },
    },
    ['./every.js'],
  )),
]);
writeFileSync(
  join(dist, 'LICENSES'),
  [...packages]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`),
);

const importedByDeclarations = /(\b(?:from|import)\s*\(?\s*["'])(\.[^"']*)\.js(["'])/g;

/** Adds a file of declarations and those it imports. */
function addDeclarations(file, files) {
  if (files.has(file)) return;
  files.add(file);
  for (const [, , name] of readFileSync(join(dist, file), 'utf8').matchAll(importedByDeclarations))
    addDeclarations(join(dirname(file), `${name}.d.ts`), files);
}

/**
 * Makes the declarations of the library those of CommonJS, and returns their names: modules of both kinds may import them, and a `Socket`
 * that was imported has the type of one that was required. What is imported exports the same. The lab has modules alone.
 */
function writeDeclarations(types, names) {
  const ofLibrary = new Set();
  for (const name of names) addDeclarations(`${name}.d.ts`, ofLibrary);
  const all = new Set(ofLibrary);
  for (const file of types) addDeclarations(file, all);
  const files = [...all].map((file) => {
    const text = readFileSync(join(dist, file), 'utf8').replaceAll(importedByDeclarations, (_, before, path, after) => {
      const isOfLibrary = ofLibrary.has(join(dirname(file), `${path}.d.ts`));
      return `${before}${path}${isOfLibrary ? '.cjs' : '.js'}${after}`;
    });
    const written = ofLibrary.has(file) ? file.replace('.d.ts', '.d.cts') : file;
    writeFileSync(join(dist, written), text);
    return written;
  });
  const imported = names.map((name) => `${name}.d.ts`);
  for (const file of imported) writeFileSync(join(dist, file), `export * from './${basename(file, '.d.ts')}.cjs';\n`);
  return [...files, ...imported];
}

// What an earlier build left, of files that are no more; and the declarations of what cannot be imported, two thirds of them.
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const types = Object.values(exports).flatMap((entry) =>
  entry.types === undefined ? [] : [relative('dist', entry.types)],
);
const kept = new Set([...written, ...writeDeclarations(types, library)]);
for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
  if (/\.(c?js(\.map)?|d\.c?ts)$/.test(file) && !kept.has(file)) rmSync(join(dist, file));
