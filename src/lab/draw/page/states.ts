import type { CaseResult } from '../../record/result.js';
import { english, type ReportWords } from '../report-words.js';
import { escapeXml } from './escape.js';
import { knownStates, type DiagramState, diagramStates } from './known-states.js';

type Point = readonly [x: number, y: number];

const box = { width: 96, height: 24 };
const size = { width: 396, height: 388 };

/** CLOSED stands at the begin and at the end, as in figure 5 of RFC 9293. */
type Box = DiagramState | 'CLOSED at last';

const [left, middle, right] = [8, 150, 292];

/** Figure 5 of RFC 9293 section 3.3.2, with the passive open on its left. */
const boxes: { readonly [P in Box]: Point } = {
  CLOSED: [middle, 8],
  LISTEN: [middle, 66],
  SYN_RECV: [left, 124],
  SYN_SENT: [right, 124],
  ESTABLISHED: [middle, 182],
  FIN_WAIT1: [left, 240],
  CLOSE_WAIT: [right, 240],
  FIN_WAIT2: [left, 298],
  CLOSING: [middle, 298],
  LAST_ACK: [right, 298],
  TIME_WAIT: [middle, 356],
  'CLOSED at last': [right, 356],
};

/** Where an edge meets a box, in parts of its width and height. */
const sides = { top: [0.5, 0], bottom: [0.5, 1], left: [0, 0.5], right: [1, 0.5] } as const;
type Side = keyof typeof sides;

interface Edge {
  readonly from: Box;
  readonly out: Side;
  readonly to: Box;
  readonly into: Side;
  /** It is gone in both directions. */
  readonly both?: boolean;
}

const edges: readonly Edge[] = [
  { from: 'CLOSED', out: 'bottom', to: 'LISTEN', into: 'top', both: true },
  { from: 'CLOSED', out: 'right', to: 'SYN_SENT', into: 'top', both: true },
  { from: 'LISTEN', out: 'left', to: 'SYN_RECV', into: 'top' },
  { from: 'LISTEN', out: 'right', to: 'SYN_SENT', into: 'left' },
  { from: 'SYN_SENT', out: 'left', to: 'SYN_RECV', into: 'right' },
  { from: 'SYN_RECV', out: 'right', to: 'ESTABLISHED', into: 'top' },
  { from: 'SYN_SENT', out: 'bottom', to: 'ESTABLISHED', into: 'right' },
  { from: 'SYN_RECV', out: 'bottom', to: 'FIN_WAIT1', into: 'top' },
  { from: 'ESTABLISHED', out: 'left', to: 'FIN_WAIT1', into: 'right' },
  { from: 'ESTABLISHED', out: 'bottom', to: 'CLOSE_WAIT', into: 'left' },
  { from: 'FIN_WAIT1', out: 'bottom', to: 'FIN_WAIT2', into: 'top' },
  { from: 'FIN_WAIT1', out: 'right', to: 'CLOSING', into: 'top' },
  { from: 'CLOSE_WAIT', out: 'bottom', to: 'LAST_ACK', into: 'top' },
  { from: 'FIN_WAIT2', out: 'bottom', to: 'TIME_WAIT', into: 'left' },
  { from: 'CLOSING', out: 'bottom', to: 'TIME_WAIT', into: 'top' },
  { from: 'TIME_WAIT', out: 'right', to: 'CLOSED at last', into: 'left' },
  { from: 'LAST_ACK', out: 'bottom', to: 'CLOSED at last', into: 'top' },
];

function meeting(place: Box, side: Side): Point {
  const [[x, y], [along, down]] = [boxes[place], sides[side]];
  return [x + along * box.width, y + down * box.height];
}

/** Both strokes of an arrowhead at the end of a line. */
function head([fromX, fromY]: Point, [toX, toY]: Point): string {
  const angle = Math.atan2(toY - fromY, toX - fromX);
  const [one = '', other = ''] = [-0.45, 0.45].map((turn) => {
    const back = angle + turn;
    return `${(toX - 8 * Math.cos(back)).toFixed(1)} ${(toY - 8 * Math.sin(back)).toFixed(1)}`;
  });
  return `M${one}L${toX} ${toY}L${other}`;
}

function edge({ from, out, to, into, both = false }: Edge): string {
  const [begin, end] = [meeting(from, out), meeting(to, into)];
  const line = `M${begin.join(' ')}L${end.join(' ')}`;
  return `<path class="edge" d="${line}${head(begin, end)}${both ? head(end, begin) : ''}"/>`;
}

function node(state: DiagramState, [x, y]: Point, kind: string): string {
  return (
    `<g class="state${kind}"><rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="5"/>` +
    `<text x="${x + box.width / 2}" y="${y + 16}" text-anchor="middle">${state}</text></g>`
  );
}

/** The TCP state diagram with the states a case's sockets are known to have been in; empty where none is. */
export function stateDiagram(result: CaseResult, words: ReportWords = english): string {
  const { seen, passed } = knownStates(result);
  if (seen.length + passed.length === 0) return '';
  const kind = (state: DiagramState): string => {
    if (seen.includes(state)) return ' visited';
    return passed.includes(state) ? ' passed' : '';
  };
  const [shown, through] = [seen, passed].map((states) => states.join(words.comma) || words.none);
  const said = words.stateDiagram(shown ?? '', through ?? '');
  return [
    '<figure class="states">',
    `<svg role="img" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" aria-label="${escapeXml(said)}">`,
    ...edges.map(edge),
    ...diagramStates.map((state) => node(state, boxes[state], kind(state))),
    node('CLOSED', boxes['CLOSED at last'], kind('CLOSED')),
    '</svg>',
    `<figcaption class="soft">${words.stateKey}</figcaption></figure>`,
  ].join('');
}
