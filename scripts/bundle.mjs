// Writes the JavaScript of dist/ from src/: a file for everything that is started or imported from outside, and between them files
// of what they share. All are CommonJS, which Node starts a fifth sooner than modules, and which can be loaded late by functions that
// are no promises. Node takes longer to find, read and link 300 modules than to run most commands. What the commands take from
// other packages is bundled too, so that installing this one installs no other. The declarations are tsc's.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { minifySync } from 'rolldown/utils';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** What is imported: a file of CommonJS, and beside it one of a few lines that gives its names to modules. */
const imported = [
  // package.json.
  'index',
  'explain/preload',
  'service/index',
  'service/supervised',
  'claims/index',
  // By the lab's processes.
  'lab/run/typescript-hooks',
  'claims/content',
  // scripts/ and test/.
  'native/load',
  'options/spec',
  'options/supports',
  'lab/index',
  'claims/documents',
];

/** What is started. */
const started = ['cli/main', 'explain/trial-process', 'lab/run/worker'];

/** Started dozens of times in a run of the cases. They have a copy of what they use of the library, half of `core`, without names. */
const programs = readdirSync(join(root, 'src/claims/programs'))
  .map((name) => name.replace('.ts', ''))
  .filter((name) => name !== 'report' && name !== 'input')
  .map((name) => `claims/programs/${name}`);

/** What has declarations for CommonJS too. */
const library = ['index', 'service/index'];

/**
 * What `import 'sockwise'` and most programs need at once: sockets and options, which a process without descriptors left must be able to
 * use, and of the rest classes and tables that are exported.
 */
const core = [
  /(package|errors|address|nearest|languages|pause)\.ts$/,
  /(native|options|socket)\//,
  /(netlink\/(netlink-error|wait-for-state)|netns\/namespace|handles\/(attempts|fd-of|late|node-internals|options|runtime)|explain\/(index|rules|unix-rules))\.ts$/,
];

/** Files of the library, of which Node prints lines where errors are thrown. The errors of the commands are a line. */
const lined = ['core', 'netlink', 'explain', 'handles', 'service', 'index'];

/** Files that others share. A module is in the first that fits. */
const groups = [
  { name: 'core', test: new RegExp(`@oxc-project|/src/(?:${core.map(({ source }) => source).join('|')})`) },
  { name: 'netlink', test: /\/src\/(netlink|netns|proc)\// },
  { name: 'handles', test: /\/src\/(handles\/|explain\/attach\.ts$)/ },
  { name: 'service', test: /\/src\/service\/(?!index|supervised)/ },
  { name: 'chinese-rules', test: /\/src\/explain\/.*\.zh\.ts$/ },
  { name: 'explain', test: /\/src\/explain\/(?!preload|trial-process)/ },
  {
    name: 'typescript',
    test: /\/src\/lab\/run\/typescript\.ts$|\/node_modules\/(?:sucrase|@jridgewell|lines-and-columns|ts-interface-checker)\//,
  },
  { name: 'scripts', test: /\/src\/lab\/(pkt\/|run\/load-pkt\.ts)/ },
  // What makes and records a run, with the words it records.
  {
    name: 'instrument',
    test: new RegExp(
      [
        '/src/raw/',
        '/src/claims/english\\.ts',
        '/src/lab/(?:record|network|wire|run/(?!(?:worker|typescript(?:-hooks)?)\\.ts))',
        '/src/lab/draw/(?:remarks|report-words|run-words|icmp-names|glossary|page/step-words|text/event-text|text/width|ladder/row)\\.ts',
      ].join('|'),
    ),
  },
  // What a run is printed with.
  {
    name: 'ladder',
    test: /\/node_modules\/picocolors\/|\/src\/lab\/draw\/(ladder\/(text|text-line|rails|rows|fold|words|packet-words|scales)|page\/words|text\/(colours|columns))\.ts$/,
  },
  {
    name: 'drawings',
    test: /\/node_modules\/(?:cli-table3|string-width|strip-ansi|ansi-regex|emoji-regex|is-fullwidth-code-point|@colors)\/|\/src\/lab\/(?!try\/words\.ts$)(?:draw|try)\/(?!.*\.zh\.)/,
  },
  { name: 'experiments', test: /\/src\/claims\/(kit\/|run\.ts$|(?:.*\.)?experiments\.ts$)/ },
  { name: 'cases', test: /\/src\/claims\/(.*\.cases|cases|articles)\.ts$/ },
  // With tables of a package that draws them where it is loaded.
  { name: 'grid', test: /\/src\/claims\/grid\// },
  // With the words of `sockwise try`, which each language has beside those of the cases.
  {
    name: 'claims',
    test: /\/src\/(?:lab\/try\/words\.ts$|claims\/(?!content|index|documents|programs|chinese)(?!.*\.zh\.))/,
  },
  // Not those of doctor, which loads without the addon.
  { name: 'chinese', test: /\/src\/((?!cli\/).*\.zh|claims\/chinese)\.ts$/ },
].map((group, index) => ({ ...group, priority: 20 - index }));

const groupsOfPrograms = [{ name: 'program', test: /@oxc-project|\/src\/(?!claims\/)/ }];

/** Texts that are loaded where somebody asks for them. */
const isChinese = /^chinese|\.zh$/;

/** Functions of ours keep their names, for stacks. */
function folded({ name, fileName, code }) {
  if (name === 'typescript') return minifySync(fileName, code, { module: false }).code;
  const mangle = { toplevel: false, keepNames: { function: true, class: true } };
  return minifySync(fileName, code, { module: false, compress: true, mangle }).code;
}

/** Folders of the packages that are bundled. */
const packages = new Set();

const finish = {
  name: 'finish',
  generateBundle(_, chunks) {
    for (const chunk of Object.values(chunks)) {
      chunk.code = loadedLate(
        chunk.code.replaceAll(wrapped, '').replaceAll(getter, assigned).replaceAll(quoted, requoted),
      );
      if (chunk.name === 'index') chunk.code = chunk.code.replaceAll(lateExport, called);
      // What nobody reads. Of the library itself Node prints lines.
      if (!lined.includes(chunk.name)) chunk.code = folded(chunk);
      // V8 reads a file of ASCII in half the time: one other character, and each takes two bytes.
      if (!isChinese.test(chunk.name)) chunk.code = chunk.code.replaceAll(/[^\x00-\x7f]/g, escaped);
      for (const id of chunk.moduleIds) {
        const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id) ?? [];
        if (folder !== undefined) packages.add(folder);
      }
    }
    if (!('index.cjs' in chunks)) return;
    // One file less to find and to read.
    const [index, core] = [chunks['index.cjs'], chunks['shared/core.cjs']];
    const names = index.code.replaceAll('require("./shared/', 'require("./');
    core.code += `(function(exports) {\n${names}})(exports.library = {});\n`;
    index.code = 'module.exports = require("./shared/core.cjs").library;\n';
  },
};

/** An export through a function, which rolldown writes since a variable may be assigned later. */
const getter =
  /^Object\.defineProperty\(exports, "(\w+)", \{\s+enumerable: true,\s+get: function\(\) \{\s+return ([\w$]+);\s+\}\s+\}\);$/gm;

/** Exports what is never assigned again as a plain value: the library has a hundred exports. */
function assigned(whole, name, own, _at, code) {
  const isVariable = code.includes(`\nlet ${own} = `) || code.includes(`\nlet ${own};`);
  return isVariable ? whole : `exports.${name} = ${own};`;
}

/** A table as rolldown writes it: in double quotes, with a backslash before each quote of the JSON. */
const quoted = /(?<= = JSON\.parse\()"(?:[^"\\]|\\.)*"(?=\);$)/gm;

function requoted(literal) {
  return `'${JSON.parse(literal).replaceAll(/[\\']/g, (sign) => `\\${sign}`)}'`;
}

/** A module of Node with `default` in it, which takes a look at each of its exports, and loads what is behind them. */
const wrapped = /^node_\w+ = .*__toESM\(.*\n|(?<=\bnode_\w+)\.default\b/gm;

/**
 * Files of ours are loaded where one of their names is first used: most programs call a few of the functions, and V8 reads all that
 * is loaded. It is all the same to the code, since nothing happens when it is loaded.
 */
function loadedLate(code) {
  const late = new Set();
  const declared = code.replaceAll(/^(?:const (\w+) = )?require\("(\.[^"]+)"\);\n/gm, (_, name, file) => {
    if (name === undefined) return '';
    late.add(name);
    return `let ${name}$;\nconst ${name} = () => ${name}$ ??= require("${file}");\n`;
  });
  return declared.replaceAll(/\b(new )?(require_\w+)\./g, (whole, isNew, name) => {
    if (!late.has(name)) return whole;
    return isNew === undefined ? `${name}().` : `new (${name}()).`;
  });
}

/** The public functions of such files: to read them would load them. Classes and tables are in the file that is loaded at once. */
const lateExport = /^exports\.(\w+) = (require_(?!core)\w+\(\)\.\w+);$/gm;

function called(_, name, own) {
  return `exports.${name} = function ${name}(...args) {\n\treturn ${own}(...args);\n};`;
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

/** Modules that are data alone. An object takes V8 several times as long to compile as the same in JSON takes it to parse. */
const tables = /\/src\/(options\/catalog|explain\/(rules|life-rules))\.ts$/;

/** What of a value JSON lacks, as JavaScript. */
function literal(value) {
  if (typeof value === 'bigint') return `${value}n`;
  return value instanceof Uint8Array ? `Uint8Array.of(${value.join()})` : undefined;
}

/** Assignments of that. */
function* literals(value, path) {
  const text = literal(value);
  if (text !== undefined) yield `${path} = ${text};\n`;
  else if (typeof value === 'object')
    for (const [name, member] of Object.entries(value)) yield* literals(member, `${path}[${JSON.stringify(name)}]`);
}

function asJson([name, value]) {
  const json = JSON.stringify(value, (_, member) => (literal(member) === undefined ? member : 0));
  return `export const ${name} = JSON.parse(${JSON.stringify(json)});\n${[...literals(value, name)].join('')}`;
}

const withTables = {
  name: 'with-tables',
  async load(id) {
    if (!tables.test(id)) return undefined;
    const bundle = await rolldown({ input: id, external: /^node:/ });
    const { output } = await bundle.generate({ format: 'esm' });
    await bundle.close();
    const values = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
    return { code: Object.entries(values).map(asJson).join(''), moduleType: 'js' };
  },
};

/** A licence asks to be passed on with what it covers. */
function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}

/** Writes a file for each entry, and files of what they share. */
async function write(names, groups) {
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(names.map((name) => [name, join(root, 'src', `${name}.ts`)])),
    platform: 'node',
    // Files of ours may need each other, since they load late.
    preserveEntrySignatures: 'allow-extension',
    // As it is written: beside the file that asks for it.
    makeAbsoluteExternalsRelative: false,
    external: (id, importer) => id.startsWith('node:') && !isForPrograms(id, importer),
    // Nothing happens when a module is loaded but what its exports need, as package.json says too; for others it speaks itself.
    treeshake: { moduleSideEffects: [{ test: /\/src\//, sideEffects: false }] },
    tsconfig: join(root, 'tsconfig.json'),
    transform: { target: 'es2022' },
    // What drawings load late for the sake of those who import them alone is in one file with them here.
    checks: { ineffectiveDynamicImport: false, pluginTimings: false },
    plugins: [withoutPrograms, withTables, finish],
  });
  const { output: files } = await bundle.write({
    dir: dist,
    format: 'cjs',
    comments: false,
    entryFileNames: '[name].cjs',
    chunkFileNames: 'shared/[name].cjs',
    codeSplitting: { groups, includeDependenciesRecursively: false },
  });
  await bundle.close();
  return files;
}

/** Says what native/load.ts says of a library inside a bundle, for one that is not there. */
const bundled =
  'a bundler has taken sockwise from its folder, where the native addon is: mark it as external (esbuild --external:sockwise, rollup --external sockwise, webpack externals, ncc --external sockwise)';

/**
 * A module with the names of a file of CommonJS, so that `import` and `require()` share one copy. It is taken by require(): for `import`
 * of it Node would start a parser that looks for its names.
 */
function facade(name, names) {
  const file = name === 'index' ? `'./shared/core.cjs').library` : `'./${basename(name)}.cjs')`;
  const isOther = names.length === 0 ? '' : ` || !('${names[0]}' in $all)`;
  return `let $all;
try {
  $all = globalThis.process.getBuiltinModule('node:module').createRequire(import.meta.url)(${file};
} catch (error) {
  if (error?.code !== 'MODULE_NOT_FOUND' && error?.code !== 'ERR_INVALID_ARG_VALUE') throw error;
}
if ($all === undefined${isOther}) throw new (class UsageError extends Error {
  name = 'UsageError';
  code = 'ERR_NATIVE_LOAD';
})('${bundled}');
export const { ${names.join(', ')} } = $all;
`;
}

const files = [...(await write([...imported, ...started], groups)), ...(await write(programs, groupsOfPrograms))];
const written = new Set(files.map(({ fileName }) => fileName));
if (written.size < files.length) throw new Error('the programs and the rest have a file of the same name');
for (const { name, exports } of files.filter(({ isEntry, name }) => isEntry && imported.includes(name))) {
  writeFileSync(join(dist, `${name}.js`), facade(name, exports));
  written.add(`${name}.js`);
}
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
