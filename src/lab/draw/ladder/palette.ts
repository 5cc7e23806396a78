import { sizes } from './across.js';

/** The class of the pictures of a page that has their rules once. */
export const pictureClass = 'ladder';

/** Ink and fills of the picture in one scheme. Texts meet WCAG AA on what they stand on. */
interface Colours {
  readonly page: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly strip: string;
  readonly good: string;
  readonly bad: string;
  readonly badBack: string;
  readonly mark: string;
  readonly syn: string;
  readonly fin: string;
  readonly rst: string;
  readonly icmp: string;
  readonly hatch: string;
  /** Fill and edge of a band, by the kind of its state. */
  readonly opening: string;
  readonly openingEdge: string;
  readonly established: string;
  readonly establishedEdge: string;
  readonly active: string;
  readonly activeEdge: string;
  readonly passive: string;
  readonly passiveEdge: string;
  readonly waiting: string;
  readonly waitingEdge: string;
  readonly listening: string;
  readonly listeningEdge: string;
}

const light: Colours = {
  page: '#ffffff',
  ink: '#1d2329',
  soft: '#57606a',
  line: '#8b949e',
  strip: '#f5f6f8',
  good: '#14632f',
  bad: '#a01d1d',
  badBack: '#fbe3e1',
  mark: '#eef1f5',
  syn: '#0b57a4',
  fin: '#6b3fa0',
  rst: '#c01c1c',
  icmp: '#8a4b00',
  hatch: '#ffffff',
  opening: '#dcebfb',
  openingEdge: '#7fb0e0',
  established: '#d7f0dd',
  establishedEdge: '#79bf8c',
  active: '#e8def6',
  activeEdge: '#a98bd0',
  passive: '#fbe4d3',
  passiveEdge: '#dba077',
  waiting: '#ffd44d',
  waitingEdge: '#a87800',
  listening: '#e8ebef',
  listeningEdge: '#a5aeb8',
};

const dark: Colours = {
  page: '#14181d',
  ink: '#e4e8ec',
  soft: '#a3adb8',
  line: '#6b7681',
  strip: '#1b2027',
  good: '#8fdca5',
  bad: '#ffaaa3',
  badBack: '#451d1c',
  mark: '#262d36',
  syn: '#7fb8f2',
  fin: '#c9a6f5',
  rst: '#ff8178',
  icmp: '#f0b26b',
  hatch: '#14181d',
  opening: '#1b3552',
  openingEdge: '#4b7fb3',
  established: '#183b25',
  establishedEdge: '#458a5b',
  active: '#372652',
  activeEdge: '#8163ab',
  passive: '#472d1b',
  passiveEdge: '#a8703f',
  waiting: '#6b5200',
  waitingEdge: '#f2c76b',
  listening: '#2a3038',
  listeningEdge: '#66717c',
};

const bandKinds: Readonly<Record<string, string>> = {
  LISTEN: 'listening',
  SYN_SENT: 'opening',
  SYN_RECV: 'opening',
  NEW_SYN_RECV: 'opening',
  ESTABLISHED: 'established',
  FIN_WAIT1: 'active',
  FIN_WAIT2: 'active',
  CLOSING: 'active',
  CLOSE_WAIT: 'passive',
  LAST_ACK: 'passive',
  TIME_WAIT: 'waiting',
};

export function bandKind(state: string): string {
  return bandKinds[state] ?? 'listening';
}

export const schemes = { light, dark } as const;

function declared(colours: Colours): string {
  return Object.entries(colours)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}

const tones: Readonly<Record<string, string>> = {
  plain: 'ink',
  strong: 'ink',
  soft: 'soft',
  good: 'good',
  bad: 'bad',
  syn: 'syn',
  fin: 'fin',
  rst: 'rst',
  icmp: 'icmp',
  data: 'ink',
};

/** The rules of one picture: every selector begins with its class, so that several can stand in a page. */
export function rulesOf(key: string): string {
  const kinds = [...new Set(Object.values(bandKinds))];
  const rules: readonly (readonly [string, string])[] = [
    [
      ' text',
      'font-family:ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;fill:var(--ink)',
    ],
    ...Object.values(sizes).map((size) => [` .f${size}`, `font-size:${size}px`] as const),
    [' .page', 'fill:var(--page)'],
    [' .strip', 'fill:var(--strip)'],
    [' .life', 'stroke:var(--line);stroke-width:1.5'],
    ...Object.entries(tones).map(([tone, colour]) => [` .t-${tone}`, `fill:var(--${colour})`] as const),
    [' .t-strong', 'font-weight:700'],
    [' .t-bad', 'font-weight:700'],
    [' .t-rst', 'font-weight:700'],
    [' .halo', 'stroke:var(--page);stroke-width:3px;stroke-linejoin:round;paint-order:stroke'],
    [' .arrow', 'fill:none;stroke-width:1.3'],
    ...['data', 'syn', 'fin', 'rst', 'icmp'].flatMap((tone) => [
      [` .a-${tone} .arrow,.${key} .a-${tone} .cross`, `stroke:var(--${tones[tone]})`] as const,
      [` .a-${tone} .head`, `fill:var(--${tones[tone]})`] as const,
    ]),
    [' .a-rst .arrow', 'stroke-width:2'],
    [' .again .arrow', 'stroke-dasharray:6 4'],
    [' .cross', 'fill:none;stroke-width:2.2;stroke-linecap:round'],
    ...kinds.flatMap((kind) => [[` .b-${kind}`, `fill:var(--${kind});stroke:var(--${kind}Edge)`] as const]),
    [' .b-waiting', 'stroke-width:1.6'],
    [' .hatch', 'fill:none;stroke:var(--hatch);stroke-width:2.4;stroke-opacity:.75'],
    [' .wait', 'fill:none;stroke:var(--soft);stroke-width:1.3'],
    [' .wait.failed', 'stroke:var(--bad)'],
    [' .dot', 'fill:var(--soft)'],
    [' .dot.failed', 'fill:var(--bad)'],
    [' .r-mark', 'fill:var(--mark)'],
    [' .r-error', 'fill:var(--badBack)'],
    [' .r-fold', 'fill:var(--mark);stroke:var(--line);stroke-dasharray:2 3'],
    [' .cut', 'fill:var(--page)'],
  ];
  return [
    `.${key}{${declared(light)}}`,
    ...rules.map(([selector, body]) => `.${key}${selector}{${body}}`),
    `@media (prefers-color-scheme:dark){.${key}{${declared(dark)}}}`,
    `@media print{.${key}{${declared(light)}}}`,
  ].join('');
}
