import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript-5';
import { beforeAll, describe, expect, test } from 'vitest';
import { catalog } from '../src/options/catalog.js';

// TypeScript 7 has no language service that can be called; what editors show is the same.

const root = fileURLToPath(new URL('..', import.meta.url));
/** A file that is not there, beside the declarations that users get. */
const file = join(root, 'dist', 'editor-test.mts');

let text = '';
const host: ts.LanguageServiceHost = {
  getScriptFileNames: () => [file],
  getScriptVersion: (name) => (name === file ? text : '1'),
  getScriptSnapshot: (name) => {
    const content = name === file ? text : ts.sys.readFile(name);
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
  },
  getCurrentDirectory: () => root,
  getCompilationSettings: () => ({
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    types: ['node'],
  }),
  getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
  fileExists: (name) => name === file || ts.sys.fileExists(name),
  readFile: (name) => (name === file ? text : ts.sys.readFile(name)),
  directoryExists: (name) => ts.sys.directoryExists(name),
};
const service = ts.createLanguageService(host);
const imports = "import { catalog, getOption, getOptions, listen, setOption, setOptions, Socket } from './index.js';\n";
const opening = "const socket = Socket.open({ type: 'dgram' });\n";

function write(code: string): void {
  text = imports + opening + code;
}

/** What an editor shows over the word that follows `^`. */
function shownOver(code: string): string {
  const at = code.indexOf('^');
  write(code.replace('^', ''));
  const info = service.getQuickInfoAtPosition(file, imports.length + opening.length + at);
  return ts.displayPartsToString([
    ...(info?.displayParts ?? []),
    { kind: 'lineBreak', text: '\n' },
    ...(info?.documentation ?? []),
  ]);
}

/** The compile errors of a line, as they are printed. */
function errorsOf(code: string): string[] {
  write(code);
  return service
    .getSemanticDiagnostics(file)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

beforeAll(() => {
  // The declarations, as `npm run build:ts` left them.
  expect(readFileSync(join(root, 'dist', 'index.d.cts'), 'utf8')).toContain('values.gen.cjs');
  expect(errorsOf("socket.setOption('SO_REUSEADDR', true);")).toEqual([]);
});

describe('over the name of an option', () => {
  const everything = [
    'The window scale is fixed at the handshake',
    '- value: integer from 0, bytes',
    '- access: get, set; set before connect',
    '- needs: nothing',
    '- level: `SOL_SOCKET`',
    '- source: socket(7)',
  ];
  test.each([
    ['options of open', 'Socket.open({ options: { ^SO_RCVBUF: 1 } });'],
    ['options of listen', 'void listen(null as never, { port: 1, options: { ^SO_RCVBUF: 1 } });'],
    ['setOptions', 'setOptions(socket, { ^SO_RCVBUF: 1 });'],
    ['setOptions of a Socket', 'socket.setOptions({ ^SO_RCVBUF: 1 });'],
    ['a snapshot', 'getOptions(socket).^SO_RCVBUF;'],
  ])('%s shows unit, moment, needs and source', (_, code) => {
    const shown = shownOver(code);
    for (const part of everything) expect(shown).toContain(part);
  });

  test('shows the capability and the version', () => {
    expect(shownOver('socket.setOptions({ ^SO_PREFER_BUSY_POLL: true });')).toMatch(
      /needs: CAP_NET_ADMIN\n- since: Linux 5\.11\n.*\n- source: Documentation\/networking\/napi\.rst/,
    );
  });

  test('every option has them', () => {
    const shown = readFileSync(join(root, 'dist/options/values.gen.d.cts'), 'utf8');
    const options = shown.slice(shown.indexOf('interface OptionTypes'), shown.indexOf('type ReadableOption'));
    const names = options.match(/^ +readonly \w+: /gm) ?? [];
    expect(names).toHaveLength(Object.keys(catalog).length);
    for (const part of ['- value: ', '- access: ', '- needs: ', '- since: ', '- source: '])
      expect(options.split(part)).toHaveLength(names.length + 1);
  });
});

describe('over a field of a value', () => {
  test.each([
    ["getOption(socket, 'TCP_INFO').^rttUs;", /rttUs: number\nSmoothed round-trip time.* In microseconds\. `tcpi_rtt`/],
    ["getOption(socket, 'TCP_INFO').^totalRto;", /`tcpi_total_rto`, Linux 6\.7/],
    ["socket.getOption('TCP_INFO').^sndCwnd;", /Congestion window\. In segments/],
    ["setOption(socket, 'SO_LINGER', { on: true, ^seconds: 1 });", /seconds: number\n.*with 0 it resets.* In seconds/],
    ["getOption(socket, 'SO_MEMINFO').^drops;", /In packets\. `SK_MEMINFO_DROPS`/],
    ["setOption(socket, 'SO_TIMESTAMPING', { ^flags: [] });", /flags: TimestampingFlags/],
  ])('%s', (code, expected) => {
    expect(shownOver(code)).toMatch(expected);
  });
});

describe('over a method', () => {
  test.each([
    [
      "socket.^setOption('SO_LINGER', { on: true, seconds: 1 });",
      /setOption<"SO_LINGER">\(name: "SO_LINGER", value: Linger\).*\n`setsockopt\(2\)`/,
    ],
    [
      "socket.^getOption('SO_RCVTIMEO');",
      /getOption<"SO_RCVTIMEO">\(name: "SO_RCVTIMEO"\): number.*\n`getsockopt\(2\)`/,
    ],
    ['socket.^getsockname();', /getsockname\(\): InternetAddress\n`getsockname\(2\)`/],
    ['socket.^bind({});', /`bind\(2\)`/],
  ])('%s', (code, expected) => {
    expect(shownOver(code)).toMatch(expected);
  });
});

describe('a mistake gives one error, that names what is wrong', () => {
  test.each([
    [
      "socket.setOption('SO_REUSADDR', true);",
      /^Argument of type '"SO_REUSADDR"' is not assignable to parameter of type 'SettableOption'/,
    ],
    [
      "socket.setOption('SO_TYPE', 1);",
      /^Argument of type '"SO_TYPE"' is not assignable to parameter of type 'SettableOption'/,
    ],
    [
      "setOption(socket, 'SO_REUSEADDR', 1);",
      /^Argument of type 'number' is not assignable to parameter of type 'boolean'/,
    ],
    [
      "socket.setOption('SO_LINGER', { on: true });",
      /^Property 'seconds' is missing in type '{ on: true; }' but required in type 'Linger'|Property 'seconds' is missing/,
    ],
    [
      "socket.getOption('SO_ATTACH_FILTER');",
      /'"SO_ATTACH_FILTER"' is not assignable to parameter of type 'ReadableOption'/,
    ],
    [
      'socket.setOptions({ SO_REUSADDR: true });',
      /'SO_REUSADDR' does not exist in type .*Did you mean to write 'SO_REUSEADDR'/,
    ],
    ['socket.setOptions({ SO_REUSEADDR: 1 });', /^Type 'number' is not assignable to type 'boolean'/],
    [
      "setOption(socket, 'SO_TIMESTAMPING', { flags: ['SOF_TIMESTAMPING_SOFTWAR'] });",
      /"SOF_TIMESTAMPING_SOFTWAR"' is not assignable to type .*TimestampingFlag|Did you mean/,
    ],
    ["socket.getOption({ level: 'SOL_SOCKETS', optname: 1, length: 4 });", /"SOL_SOCKETS"/],
  ])('%s', (code, expected) => {
    const errors = errorsOf(code);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(expected);
    expect(errors[0]?.length).toBeLessThan(500);
  });
});
