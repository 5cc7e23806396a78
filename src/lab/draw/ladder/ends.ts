import type { Trace, TraceState } from '../../record/trace.js';
import { connectionKey, isDeed, type LadderRow } from './row.js';

/** A connection end or listener of a host, with its states in order of time. */
export interface End {
  readonly key: string;
  readonly states: readonly TraceState[];
}

/** Ends of a host that were there one after the other. */
export interface EndColumn {
  readonly ends: readonly End[];
}

/** Ends that were there at the same time as so many others are not drawn. */
const mostColumns = 6;

function isListener({ states }: End): boolean {
  return states[0]?.remote === undefined;
}

function begin({ states }: End): number {
  return states[0]?.atMs ?? 0;
}

function end({ states }: End): number {
  const last = states.at(-1);
  return last?.state === 'CLOSED' ? last.atMs : Infinity;
}

/** Puts an end into a column, whose ends are in order of time, unless another of it was there at the same time. */
function tookIn(column: End[], one: End): boolean {
  let [at, behind] = [0, column.length];
  while (at < behind) {
    const middle = (at + behind) >> 1;
    const other = column[middle];
    if (other !== undefined && begin(other) <= begin(one)) at = middle + 1;
    else behind = middle;
  }
  const [before, after] = [column[at - 1], column[at]];
  if (before !== undefined && end(before) >= begin(one)) return false;
  if (after !== undefined && end(one) >= begin(after)) return false;
  column.splice(at, 0, one);
  return true;
}

function shownStates(rows: readonly LadderRow[]): TraceState[] {
  return rows.flatMap((row) => {
    if (row.kind === 'state') return [row.state];
    return row.kind === 'fold' ? row.states : [];
  });
}

/**
 * The host's ends, in few columns, connections first: they stand next to the lifeline. The same state twice counts once,
 * unless it was implied first and seen then.
 */
export function endColumns(host: string, rows: readonly LadderRow[]): { columns: EndColumn[]; left: number } {
  const ends = new Map<string, TraceState[]>();
  for (const state of shownStates(rows)) {
    if (state.host !== host) continue;
    const key = connectionKey(state);
    const states = ends.get(key) ?? [];
    const last = states.at(-1);
    if (last?.state !== state.state || last.how !== state.how) states.push(state);
    ends.set(key, states);
  }
  const all = [...ends].map(([key, states]): End => ({ key, states }));
  const columns: End[][] = [];
  const inOrder = all.sort((a, b) => Number(isListener(a)) - Number(isListener(b)) || begin(a) - begin(b));
  let left = 0;
  for (const one of inOrder) {
    if (columns.some((column) => tookIn(column, one))) continue;
    if (columns.length < mostColumns) columns.push([one]);
    else left++;
  }
  return { columns: columns.map((ends) => ({ ends })), left };
}

/** Hosts of the trace, and those that only an event names. */
export function hostNames({ hosts, segments, packets = [], events, states }: Trace): string[] {
  const names = new Set(hosts.map(({ name }) => name));
  for (const { from, to } of [...segments, ...packets]) names.add(from).add(to);
  for (const event of events) if (isDeed(event)) names.add(event.host);
  for (const { host } of states) names.add(host);
  return [...names];
}
