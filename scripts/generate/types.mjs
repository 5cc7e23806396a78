// The declarations of options and their values, src/options/values.gen.ts: what an editor shows at a name or a field.
import { accesses, sourceOf, valueText } from './options.mjs';

const indent = '  ';

function comment(lines, before = '') {
  const [first, ...rest] = lines;
  if (rest.length === 0) return [`${before}/** ${first} */`];
  return [`${before}/**`, ...lines.map((line) => `${before} *${line === '' ? '' : ` ${line}`}`), `${before} */`];
}

function fieldLines([name, { type, optional, unit, doc, c = name, since }]) {
  const about = [unit && `In ${unit}.`, `\`${c}\`${since === undefined ? '' : `, Linux ${since}`}.`];
  const sentence = [doc, ...about].filter(Boolean).join(' ');
  const question = optional ? '?' : '';
  return [
    ...comment([sentence], indent),
    `${indent}readonly ${name}${question}: ${type}${optional ? ' | undefined' : ''};`,
  ];
}

function structureLines([name, { doc, fields }]) {
  return [...comment([doc]), `export interface ${name} {`, ...Object.entries(fields).flatMap(fieldLines), '}', ''];
}

function optionLines(kinds, [name, spec]) {
  const { access, when, needs, since, doc, trap, level6 } = spec;
  const moment = access === 'get' ? '' : `; set ${when ?? 'at any time'}`;
  const lines = [
    doc,
    ...(trap === undefined ? [] : ['', `**${trap}**`]),
    '',
    `- value: ${valueText(spec)}`,
    `- access: ${accesses[access]}${moment}`,
    `- needs: ${needs?.join(' or ') ?? 'nothing'}`,
    `- since: Linux ${since ?? '5.4 or older'}`,
    `- level: \`${[spec.level, level6].filter(Boolean).join('` or `')}\``,
    `- source: ${sourceOf(spec)}`,
  ];
  return [...comment(lines, indent), `${indent}readonly ${name}: ${kinds[spec.kind].type};`];
}

function namesLines(type, doc, names) {
  return ['', ...comment([doc]), `export type ${type} =`, `${names.map((name) => `${indent}| '${name}'`).join('\n')};`];
}

/** src/options/values.gen.ts. */
export function typesOf(catalog, kinds, structures) {
  const options = Object.entries(catalog);
  const namesWithout = (access) => options.filter(([, spec]) => spec.access !== access).map(([name]) => name);
  return [
    '// Written by scripts/generate.mjs from catalog.ts, kinds.ts and structures.ts.',
    'import type {',
    ...['PacketFanoutFlag', 'PacketFanoutMode', 'PacketMembershipType', 'TimestampingFlags'].map(
      (name) => `  ${name},`,
    ),
    "} from './enums.js';",
    "import type { CongestionState, TcpState } from './tcp-info.js';",
    '',
    ...Object.entries(structures).flatMap(structureLines),
    '/** The JavaScript value of each kind of row. */',
    'export interface ValueByKind {',
    ...Object.entries(kinds).flatMap(([kind, { type, doc }]) => [
      ...(doc === undefined ? [] : comment([doc], indent)),
      `${indent}readonly ${kind}: ${type};`,
    ]),
    '}',
    '',
    '/** The value of each option, by its C name. */',
    'export interface OptionTypes {',
    ...options.flatMap((option) => optionLines(kinds, option)),
    '}',
    ...namesLines('ReadableOption', 'C names of the options that can be read.', namesWithout('set')),
    ...namesLines('SettableOption', 'C names of the options that can be set.', namesWithout('get')),
    '',
  ].join('\n');
}
