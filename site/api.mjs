// The reference: pages written from the declarations and docstrings of what the package exports. Needs `npm run build:ts` before.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Application, LiteralType, ReflectionKind, UnknownType } from 'typedoc';
import ts from 'typescript';
import { root } from './pages.mjs';

const dist = join(root, 'dist');

/** The pages, each with what it has of an entry: what is re-exported from modules whose paths begin so. The first that fits decides. */
export const parts = [
  {
    name: 'socket',
    title: 'Socket: the bare calls',
    entry: 'sockwise',
    from: ['socket/'],
    about: 'A method is a system call of the same name.',
  },
  {
    name: 'handles',
    title: 'Servers and clients of Node',
    entry: 'sockwise',
    from: ['handles/'],
    about: 'listen, connect and options for net, http, https, http2, tls and dgram.',
  },
  {
    name: 'option-values',
    title: 'Values of options',
    entry: 'sockwise',
    from: ['options/values.gen', 'options/enums', 'options/tcp-info'],
    about: 'The type of each option by its C name, and the structures among them.',
    isSearched: false,
  },
  {
    name: 'options',
    title: 'The catalogue of options',
    entry: 'sockwise',
    from: ['options/'],
    about: 'What is known of each option, as data.',
  },
  {
    name: 'explain',
    title: 'Explain and predict',
    entry: 'sockwise',
    from: ['explain/'],
    about: 'Why a call fails, what helps, and what would happen if.',
  },
  {
    name: 'netlink',
    title: 'Socket tables',
    entry: 'sockwise',
    from: ['netlink/'],
    about: 'The sockets of the kernel, as ss(8) lists them.',
  },
  {
    name: 'namespaces',
    title: 'Network namespaces',
    entry: 'sockwise',
    from: ['netns/'],
    about: 'Several hosts in one process.',
  },
  {
    name: 'processes',
    title: 'Other processes',
    entry: 'sockwise',
    from: ['proc/'],
    about: 'Who has a socket, and how to borrow its descriptor.',
  },
  {
    name: 'errors',
    title: 'Errors and addresses',
    entry: 'sockwise',
    from: ['errors', 'address', 'languages'],
    about: 'The classes of errors, and what an address is.',
  },
  {
    name: 'service',
    title: 'Services',
    entry: 'sockwise/service',
    from: [''],
    about: 'Hand-over, drain, activation, supervisor and profiles.',
  },
  {
    name: 'lab-run',
    title: 'Experiments',
    entry: 'sockwise/lab',
    from: ['lab/run/', 'lab/pkt/', 'lab/try/'],
    about: 'Define an experiment, run it, play a scenario.',
  },
  {
    name: 'lab-network',
    title: 'Hosts, links and peers',
    entry: 'sockwise/lab',
    from: ['lab/network/'],
    about: 'What a script of an experiment works with.',
  },
  {
    name: 'lab-record',
    title: 'What a run records',
    entry: 'sockwise/lab',
    from: ['lab/record/'],
    about: 'Events, traces and results, as --json prints them.',
  },
  {
    name: 'lab-draw',
    title: 'Pictures and reports',
    entry: 'sockwise/lab',
    from: ['lab/draw/'],
    about: 'Text, SVG, HTML, Markdown and JUnit of a recorded run.',
  },
  {
    name: 'lab-claims',
    title: 'Cases and built-in experiments',
    entry: 'sockwise/lab',
    from: ['claims/'],
    about: 'The claims of the articles, the experiments, and the grid of pairs.',
  },
];

/** Declarations of each entry of package.json. `sockwise/explain` exports nothing: it is preloaded. */
const entries = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports;

function declarationsOf(entry) {
  const { types } = entries[entry.replace('sockwise', '.')];
  return join(root, types);
}

/** The statements of an entry that export something of another module, with that module; `export *` of another index is looked into. */
function reexports(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  return source.statements.filter(ts.isExportDeclaration).flatMap((statement) => {
    if (statement.moduleSpecifier === undefined) return [];
    const module = join(dirname(file), statement.moduleSpecifier.text);
    if (/\/index\.c?js$/.test(module) && statement.exportClause === undefined)
      return reexports(module.replace(/js$/, 'ts').replace(/\.(c?ts)$/, '.d.$1'));
    const start = statement.getStart();
    const specifier = statement.moduleSpecifier;
    const text = statement.getText();
    return {
      module: module.slice(dist.length + 1),
      text: `${text.slice(0, specifier.getStart() - start)}'${module}';`,
    };
  });
}

/** Writes a module for each page, which exports what is to stand there. */
function writeModules(folder) {
  const rest = new Map();
  for (const { entry } of parts) if (!rest.has(entry)) rest.set(entry, reexports(declarationsOf(entry)));
  mkdirSync(folder, { recursive: true });
  return parts.map(({ name, entry, from }) => {
    const all = rest.get(entry);
    const mine = all.filter(({ module }) => from.some((start) => module.startsWith(start)));
    rest.set(
      entry,
      all.filter((one) => !mine.includes(one)),
    );
    const file = join(folder, `${name}.ts`);
    writeFileSync(file, `${mine.map(({ text }) => text).join('\n')}\n`);
    return { file, rest };
  });
}

/** What is exported under a name, or a member of that. */
function named(project, path) {
  const [first, ...members] = path.map((part) => part.path);
  const exported = project.children.flatMap((module) => module.children ?? []).find(({ name }) => name === first);
  return members.reduce((parent, member) => parent?.children?.find(({ name }) => name === member), exported);
}

function isErrorCode(type) {
  return type instanceof LiteralType && typeof type.value === 'string' && type.value.startsWith('ERR_');
}

const oneLine = (parts) =>
  parts
    .map(({ text }) => text)
    .join('')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Every `ERR_` code with when it is thrown: those of UsageErrorCode, and of the classes that have one of their own. */
function codesOf(project) {
  const usage = project.getReflectionsByKind(ReflectionKind.TypeAlias).find(({ name }) => name === 'UsageErrorCode');
  const mistakes = usage.type.types.map((type, index) => ({
    code: type.value,
    thrownBy: 'UsageError',
    when: oneLine(usage.type.elementSummaries?.[index] ?? []),
  }));
  const classes = project
    .getReflectionsByKind(ReflectionKind.Class)
    .flatMap((one) =>
      (one.children ?? [])
        .filter(({ name, type }) => name === 'code' && isErrorCode(type))
        .map(({ type }) => ({ code: type.value, thrownBy: one.name, when: oneLine(one.comment?.summary ?? []) })),
    );
  const codes = [...mistakes, ...classes].sort(
    (one, other) => one.code.localeCompare(other.code) || one.when.localeCompare(other.when),
  );
  for (const { code, when } of codes) if (when === '') throw new Error(`${code}: nothing says when it is thrown`);
  return codes;
}

const group = (project, name) => project.children.find((module) => module.name === name);

function anchorOf(name, kind) {
  return kind === ReflectionKind.Function ? `${name}()` : name;
}

function exportsOf(module) {
  return (module.children ?? []).map(({ name, kind }) => anchorOf(name, kind));
}

/** Writes the pages of the reference into `folder`, by way of modules in `work`. */
export async function writeReference(folder, work) {
  const modules = writeModules(work);
  const left = [...modules[0].rest.values()].flat();
  if (left.length > 0) throw new Error(`no page of site/api.mjs has ${left.map(({ module }) => module).join(', ')}`);
  writeFileSync(
    join(work, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2022',
        lib: ['es2023', 'esnext.disposable'],
        module: 'nodenext',
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: true,
        types: ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: ['*.ts'],
    }),
  );
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: modules.map(({ file }) => file),
    tsconfig: join(work, 'tsconfig.json'),
    basePath: work,
    readme: 'none',
    router: 'module',
    outputs: [{ name: 'markdown', path: folder }],
    skipErrorChecking: true,
    excludePrivate: true,
    excludeProtected: true,
    excludeInternal: true,
    excludeExternals: true,
    disableSources: true,
    disableGit: true,
    githubPages: false,
    hidePageHeader: true,
    hideBreadcrumbs: true,
    hidePageTitle: true,
    useCodeBlocks: true,
    useHTMLAnchors: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    sort: ['kind', 'alphabetical'],
    kindSortOrder: ['Function', 'Class', 'Variable', 'Interface', 'TypeAlias'],
    groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases'],
    logLevel: 'Error',
  });
  // The compiler drops an import from a declaration that only a docstring names.
  app.converter.addUnknownSymbolResolver((reference, { project }) =>
    named(project, reference.symbolReference?.path ?? []),
  );
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc could not read the declarations');
  // A type of 4000 lines, which says what the page of options does.
  for (const variable of project.getReflectionsByKind(ReflectionKind.Variable))
    if (variable.name === 'catalog') variable.type = new UnknownType('{ readonly [Name in OptionName]: OptionSpec }');
  await app.generateOutputs(project);
  const codes = codesOf(project);
  for (const { name, title, entry, about, isSearched = true } of parts) {
    const file = join(folder, `${name}.md`);
    const head = `${isSearched ? '' : '---\nsearch: false\n---\n\n'}# ${title}\n\n${about} From \`${entry}\`.\n\n`;
    // Where a place is named before its heading, the heading has that name: two exports may differ by upper case alone.
    const text = readFileSync(file, 'utf8').replaceAll(/^<a id="([^"]*)"><\/a>\s*^(#+ .*)$/gm, '$2 {#$1}');
    writeFileSync(file, head + text);
  }
  rmSync(join(folder, 'README.md'));
  writeFileSync(join(folder, 'index.md'), indexPage(project));
  writeFileSync(join(folder, 'codes.md'), codesPage(codes));
  rmSync(work, { recursive: true });
}

function indexPage(project) {
  const sections = ['sockwise', 'sockwise/service', 'sockwise/lab'].map((entry) => {
    const rows = parts
      .filter((part) => part.entry === entry)
      .map(({ name, title, about }) => {
        const names = exportsOf(group(project, name)).map((one) => `\`${one}\``);
        return `### [${title}](${name}.md)\n\n${about}\n\n${names.join(', ')}\n`;
      });
    return `## ${entry}\n\n${rows.join('\n')}`;
  });
  return `# API

Every export of the package, written from the docstrings of its sources.
Each function says what it throws; [error codes](codes.md) lists every \`ERR_\` code.

${sections.join('\n')}
## sockwise/explain

It exports nothing. \`node --import sockwise/explain server.js\` makes every bind that fails [say why](../why.md#in-a-service).
`;
}

function codesPage(codes) {
  const rows = codes.map(
    ({ code, thrownBy, when }) => `| \`${code}\` | \`${thrownBy}\` | ${when.replaceAll('|', '\\|')} |`,
  );
  return `# Error codes

\`error.code\` of the errors of this package. The texts of errors may change, codes do not.
A failed system call throws \`SystemCallError\` with the name of the errno instead, such as \`EADDRINUSE\`:
[errors and addresses](errors.md) has the classes.

| code | class | when |
| --- | --- | --- |
${rows.join('\n')}
`;
}
