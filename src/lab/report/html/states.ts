import type { CaseResult } from '../../case/case.js';
import { escapeXml } from '../escape.js';

/** Where each state stands in the diagram of RFC 9293 section 3.3.2: active open left, passive right, closing below. */
const places: Readonly<Record<string, readonly [x: number, y: number]>> = {
  CLOSED: [150, 10],
  LISTEN: [270, 60],
  SYN_SENT: [30, 110],
  SYN_RECV: [270, 110],
  ESTABLISHED: [150, 160],
  FIN_WAIT1: [30, 210],
  CLOSE_WAIT: [270, 210],
  FIN_WAIT2: [30, 310],
  CLOSING: [150, 260],
  LAST_ACK: [270, 260],
  TIME_WAIT: [150, 310],
};

const edges: readonly (readonly [string, string])[] = [
  ['CLOSED', 'LISTEN'],
  ['CLOSED', 'SYN_SENT'],
  ['LISTEN', 'SYN_RECV'],
  ['SYN_SENT', 'ESTABLISHED'],
  ['SYN_RECV', 'ESTABLISHED'],
  ['ESTABLISHED', 'FIN_WAIT1'],
  ['ESTABLISHED', 'CLOSE_WAIT'],
  ['FIN_WAIT1', 'FIN_WAIT2'],
  ['FIN_WAIT1', 'CLOSING'],
  ['FIN_WAIT2', 'TIME_WAIT'],
  ['CLOSING', 'TIME_WAIT'],
  ['CLOSE_WAIT', 'LAST_ACK'],
];

const box = { width: 96, height: 24 };

/** The states in which the case's looks at the socket table found a socket. */
export function visitedStates({ rows }: CaseResult): string[] {
  const seen = new Set(rows.flatMap(({ steps }) => steps.flatMap(({ table = [] }) => table.map(({ state }) => state))));
  return Object.keys(places).filter((state) => seen.has(state));
}

function edge([from, to]: readonly [string, string]): string {
  const [fromX, fromY] = places[from] ?? [0, 0];
  const [toX, toY] = places[to] ?? [0, 0];
  const sideways = fromY === toY;
  const x1 = fromX + (sideways ? (toX > fromX ? box.width : 0) : box.width / 2);
  const x2 = toX + (sideways ? (toX > fromX ? 0 : box.width) : box.width / 2);
  const y1 = fromY + (sideways ? box.height / 2 : box.height);
  const y2 = toY + (sideways ? box.height / 2 : 0);
  return `<line class="edge" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
}

function node(state: string, visited: boolean): string {
  const [x, y] = places[state] ?? [0, 0];
  return (
    `<g class="state${visited ? ' visited' : ''}"><rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="5"/>` +
    `<text x="${x + box.width / 2}" y="${y + 16}" text-anchor="middle">${escapeXml(state)}</text></g>`
  );
}

/** The TCP state diagram with the states a case visited. */
export function stateDiagram(result: CaseResult): string {
  const visited = visitedStates(result);
  if (visited.length === 0) return '';
  return [
    `<svg role="img" width="396" height="344" viewBox="0 0 396 344" aria-label="TCP state diagram; seen: ${visited.join(', ')}">`,
    ...edges.map(edge),
    ...Object.keys(places).map((state) => node(state, visited.includes(state))),
    '</svg>',
  ].join('');
}
