import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const source = fileURLToPath(new URL('../src', import.meta.url));
const longest = 420;

/** Who may import whom, by folder of `src/` (or file directly in it): the picture in ARCHITECTURE.md. Its own files anyone may. */
const layers: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'address.ts': ['errors.ts'],
  'nearest.ts': [],
  'package.ts': [],
  'languages.ts': [],
  'pause.ts': [],
  native: ['errors.ts', 'package.ts'],
  options: ['native', 'errors.ts', 'address.ts', 'nearest.ts'],
  socket: ['options', 'native', 'errors.ts', 'address.ts'],
  raw: ['socket', 'native', 'errors.ts', 'address.ts'],
  proc: ['native', 'errors.ts'],
  netlink: ['proc', 'socket', 'options', 'native', 'errors.ts', 'address.ts', 'pause.ts'],
  netns: ['netlink', 'native', 'errors.ts'],
  handles: ['socket', 'options', 'native', 'errors.ts', 'address.ts'],
  explain: [
    'netns',
    'netlink',
    'proc',
    'socket',
    'options',
    'native',
    'errors.ts',
    'address.ts',
    'package.ts',
    'languages.ts',
    'pause.ts',
  ],
  service: [
    'explain',
    'handles',
    'netlink',
    'proc',
    'socket',
    'options',
    'errors.ts',
    'address.ts',
    'package.ts',
    'pause.ts',
  ],
  'index.ts': [
    'explain',
    'handles',
    'netns',
    'netlink',
    'proc',
    'socket',
    'options',
    'errors.ts',
    'address.ts',
    'languages.ts',
  ],
  lab: ['index.ts', 'raw', 'explain', 'errors.ts', 'address.ts', 'nearest.ts', 'package.ts', 'pause.ts'],
  claims: ['lab', 'index.ts', 'explain', 'errors.ts', 'package.ts', 'languages.ts', 'pause.ts'],
  cli: [
    'claims',
    'lab',
    'service',
    'index.ts',
    'explain',
    'errors.ts',
    'address.ts',
    'nearest.ts',
    'package.ts',
    'languages.ts',
  ],
};

/** The same for the folders of `src/lab/`. */
const labLayers: Readonly<Record<string, readonly string[]>> = {
  record: [],
  network: ['record'],
  wire: ['network', 'record'],
  draw: ['wire', 'network', 'record'],
  pkt: ['wire', 'network', 'record'],
  run: ['pkt', 'draw', 'wire', 'network', 'record'],
  try: ['run', 'draw', 'wire', 'network', 'record'],
};

/** Files that load where no addon is built, and what they may import. */
const pure: Readonly<Record<string, readonly string[]>> = {
  'options/tcp-info.ts': [],
  'options/enums.ts': [],
  'options/kinds.ts': [],
  'options/structure-shape.ts': [],
  'options/tcp-info-fields.ts': ['options/structure-shape.ts'],
  'options/structures.ts': ['options/structure-shape.ts', 'options/tcp-info-fields.ts'],
  'options/values.gen.ts': ['options/enums.ts', 'options/tcp-info.ts'],
  'options/socket-kinds.ts': [],
  'options/spec.ts': ['options/kinds.ts', 'options/socket-kinds.ts', 'options/values.gen.ts'],
  'options/types.ts': ['options/spec.ts', 'options/values.gen.ts'],
  'options/catalog.ts': ['errors.ts', 'options/spec.ts', 'options/types.ts'],
  'explain/rule-shape.ts': [],
  'explain/rules.ts': ['explain/rule-shape.ts', 'explain/unix-rules.ts'],
  'explain/unix-rules.ts': ['explain/rule-shape.ts'],
  'explain/life-rules.ts': [],
  'explain/cite.ts': ['explain/life-rules.ts', 'explain/rules.ts'],
  'explain/place.ts': ['errors.ts', 'address.ts'],
  'explain/conflict.ts': ['explain/place.ts', 'explain/rules.ts'],
  'explain/calls.ts': ['explain/conflict.ts', 'explain/place.ts', 'explain/rules.ts'],
  'explain/world.ts': [
    'errors.ts',
    'explain/calls.ts',
    'explain/conflict.ts',
    'explain/place.ts',
    'explain/predict.ts',
    'explain/rules.ts',
  ],
  'explain/predict.ts': ['errors.ts', 'explain/calls.ts', 'explain/conflict.ts', 'explain/place.ts'],
  'lab/wire/pcapng.ts': ['errors.ts'],
  'lab/network/peer/frame.ts': ['errors.ts', 'address.ts'],
  'lab/network/peer/ip.ts': ['errors.ts', 'address.ts', 'lab/network/peer/frame.ts'],
  'lab/network/peer/option-list.ts': ['errors.ts', 'lab/record/segment.ts'],
  'lab/record/segment.ts': [],
  'lab/network/peer/segment.ts': [
    'lab/network/peer/frame.ts',
    'lab/network/peer/ip.ts',
    'lab/network/peer/option-list.ts',
    'lab/record/segment.ts',
  ],
};

/** Files of one table each, which no reader reads from end to end. */
const longFiles = /(^options\/catalog\.ts|^explain\/(life-)?rules\.ts|\.gen\.[a-z]+)$/;

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts'))
  .sort();

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*(\/\/.*|\/\*[\s\S]*?\*\/)$/gm, '');
}

/** What a file imports of ours, by path in `src/`: `import`, `export … from`, and `import()`. */
function importsOf(text: string, name: string): string[] {
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']*)'/g)].map(([, path = '']) =>
    relative(source, join(source, dirname(name), path)).replace(/\.js$/, '.ts'),
  );
}

const texts = new Map(files.map((name) => [name, withoutComments(readFileSync(join(source, name), 'utf8'))]));
const graph = new Map([...texts].map(([name, text]) => [name, importsOf(text, name)]));
const layerOf = (name: string): string => name.split('/')[0] ?? name;

/** The first import cycle on a way from `name`, as the files on it. */
function cycleFrom(
  name: string,
  of: typeof graph,
  done: Set<string>,
  way: readonly string[] = [],
): string[] | undefined {
  if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
  if (done.has(name)) return undefined;
  for (const next of of.get(name) ?? []) {
    const cycle = cycleFrom(next, of, done, [...way, name]);
    if (cycle !== undefined) return cycle;
  }
  done.add(name);
  return undefined;
}

describe('src/', () => {
  test('is read as it is: the imports found lead to files', () => {
    expect(graph.get('options/access.ts')).toContain('native/load.ts');
    expect([...graph.values()].flat().filter((path) => !files.includes(path))).toEqual([]);
  });

  test('has them in the picture of ARCHITECTURE.md, each above what it imports, on one screen', () => {
    const text = readFileSync(join(source, '../ARCHITECTURE.md'), 'utf8');
    const lines = (/^## Layers\n.*?^```\n(.*?)^```/ms.exec(text)?.[1] ?? '').trimEnd().split('\n');
    const names = lines.flatMap((line) => /^src\/([\w.]+) /.exec(line)?.[1] ?? []);
    const drawn = Object.keys(layers).filter((name) => name === 'index.ts' || !name.endsWith('.ts'));
    expect(names.toSorted()).toEqual(drawn.toSorted());
    for (const [place, name] of names.entries())
      for (const above of names.slice(0, place)) expect([name, ...(layers[name] ?? [])]).not.toContain(above);
    for (const name of Object.keys(layers)) expect(lines.join('\n')).toContain(name);
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test('has the layers of the table and no others', () => {
    expect([...new Set(files.map(layerOf))].sort()).toEqual(Object.keys(layers).sort());
  });

  test.each(Object.entries(layers))('%s imports only what lies beneath it', (layer, allowed) => {
    const wrong = files
      .filter((name) => layerOf(name) === layer)
      .flatMap((name) => (graph.get(name) ?? []).map((path) => [name, path] as const))
      .filter(([, path]) => layerOf(path) !== layer && !allowed.includes(layerOf(path)));
    expect(wrong).toEqual([]);
  });

  test('has commands that import the lab and the claims by their faces only', () => {
    const behind = files
      .filter((name) => layerOf(name) === 'cli')
      .flatMap((name) => (graph.get(name) ?? []).map((path) => [name, path] as const))
      .filter(([, path]) => ['lab', 'claims'].includes(layerOf(path)) && !path.endsWith('/index.ts'));
    expect(behind).toEqual([]);
  });

  test('has cases and experiments that take from the kit, the public surface and each other only', () => {
    const isClaim = (name: string): boolean => /^claims\/[^/]+\/[^/]+\.(cases|experiments)\.ts$/.test(name);
    const allowed = (path: string): boolean => path === 'claims/kit/index.ts' || path === 'index.ts' || isClaim(path);
    const wrong = files
      .filter(isClaim)
      .flatMap((name) => (graph.get(name) ?? []).map((path) => [name, path] as const))
      .filter(([, path]) => !allowed(path));
    expect(files.filter(isClaim).length).toBeGreaterThan(40);
    expect(wrong).toEqual([]);
  });

  const labFolder = (name: string): string | undefined => /^lab\/([^/]+)\//.exec(name)?.[1];

  test('has the layers of the table in lab/ and no others', () => {
    const folders = new Set(files.map(labFolder).filter((folder) => folder !== undefined));
    expect([...folders].sort()).toEqual(Object.keys(labLayers).sort());
  });

  test.each(Object.entries(labLayers))('lab/%s imports only what lies beneath it, types too', (folder, allowed) => {
    const wrong = files
      .filter((name) => labFolder(name) === folder)
      .flatMap((name) => (graph.get(name) ?? []).map((path) => [name, path] as const))
      .filter(([, path]) => ![folder, undefined, ...allowed].includes(labFolder(path)));
    expect(wrong).toEqual([]);
  });

  test.each(Object.entries(pure))('%s needs no addon', (name, allowed) => {
    expect(graph.get(name)).toBeDefined();
    expect((graph.get(name) ?? []).filter((path) => !allowed.includes(path))).toEqual([]);
  });

  test('has no cycle of files that import each other, types too', () => {
    const done = new Set<string>();
    expect(files.map((name) => cycleFrom(name, graph, done)).filter((cycle) => cycle !== undefined)).toEqual([]);
    expect(graph.get('lab/network/lab-socket.ts')).toContain('lab/network/bare-host.ts');
  });

  test(`has no file of more than ${longest} lines, but for tables`, () => {
    const lines = (name: string): number => readFileSync(join(source, name), 'utf8').split('\n').length - 1;
    expect(files.filter((name) => !longFiles.test(name) && lines(name) > longest)).toEqual([]);
  });
});
