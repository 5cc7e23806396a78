import type { TraceState } from '../../record/trace.js';
import type { RunWords } from '../run-words.js';
import { type Across, type BandColumn, sizes } from './across.js';
import { acrossHeight } from './down.js';
import { type Label, textWidth } from './label.js';
import type { FoldRow } from './row.js';
import type { Band, Placed, Ribbon } from './shapes.js';
import { timeText } from './words.js';

/** Heights of the states that the rows show; those of a fold stand at its end. */
function stateHeights({ instants, ys }: Placed): Map<TraceState, number> {
  const heights = new Map<TraceState, number>();
  for (const [index, instant] of instants.entries()) {
    const y = ys[index] ?? 0;
    if (instant.kind === 'state' && instant.row.kind === 'state') heights.set(instant.row.state, y);
    if (instant.kind === 'fold' && instant.row.kind === 'fold') {
      const fold: FoldRow = instant.row;
      for (const state of fold.states) heights.set(state, y + acrossHeight(instant));
    }
  }
  return heights;
}

function stateTitle({ local, remote, state, atMs, how }: TraceState, words: RunWords): string {
  const ends = [local, ...(remote === undefined ? [] : [remote])].map(({ address, port }) => `${address}:${port}`);
  return words.stateTitle(state, ends, timeText(atMs), how === 'seen');
}

/** The port that tells one connection of a host from another: its own, unless it is the one that all came to. */
function portOf({ local, remote }: TraceState): number {
  return Math.max(local.port, remote?.port ?? 0);
}

/** A state until the next one; in one that only was seen later, too. */
interface Stay {
  readonly state: TraceState;
  readonly top: number;
  readonly bottom: number;
  /** Where the same state ends, whether seen or not. */
  readonly last: number;
  /** It goes on with the state before. */
  readonly again: boolean;
}

function staysOf(states: readonly TraceState[], heights: ReadonlyMap<TraceState, number>, bottom: number): Stay[] {
  return states.map((state, index) => {
    const rest = states.slice(index + 1);
    const heightOf = (next: TraceState | undefined): number =>
      next === undefined ? bottom : (heights.get(next) ?? bottom);
    const other = rest.find((next) => next.state !== state.state);
    return {
      state,
      top: heights.get(state) ?? 0,
      bottom: heightOf(rest[0]),
      last: heightOf(other),
      again: states[index - 1]?.state === state.state,
    };
  });
}

/** Room for a text upright in a band, where nothing goes across it. */
function uprightRoom({ top, last }: Stay, ribbons: readonly Ribbon[], need: number): number | undefined {
  let from = top;
  for (const { kind, y, height } of ribbons) {
    if (kind === 'fold' || y + height <= from || y >= last) continue;
    if (y - from >= need) break;
    from = y + height;
  }
  return last - from >= need ? from : undefined;
}

/** The name of a state: at the top of a wide band, upright in a narrow one, where it has room. */
function nameLabels(
  stay: Stay,
  { x, width, named, withPort }: BandColumn,
  first: boolean,
  ribbons: readonly Ribbon[],
  titleOf: (state: TraceState) => string,
): Label[] {
  const { state, top, again } = stay;
  if (again) return [];
  const text = state.state;
  const label = {
    kind: 'state',
    x: x + width / 2,
    anchor: 'middle',
    size: sizes.small,
    title: titleOf(state),
  } as const;
  const parts = [{ text, tone: text === 'CLOSED' ? 'soft' : 'plain' }] as const;
  if (named) {
    const port = withPort && first && state.remote !== undefined;
    const name: Label = { ...label, parts, y: top + (port ? 26 : 12) };
    if (!port) return [name];
    return [{ ...label, parts: [{ text: `:${portOf(state)}`, tone: 'plain' }], y: top + 12 }, name];
  }
  const need = textWidth(text, sizes.small) + 8;
  const from = text === 'CLOSED' ? undefined : uprightRoom(stay, ribbons, need);
  if (from === undefined) return [];
  return [{ ...label, parts, x: label.x + 4, y: from + need / 2, degrees: -90 }];
}

export function bandsOf(
  placed: Placed,
  { hosts, words }: Across,
  ribbons: readonly Ribbon[],
): { bands: Band[]; labels: Label[] } {
  const heights = stateHeights(placed);
  const bands: Band[] = [];
  const labels: Label[] = [];
  const titleOf = (state: TraceState): string => stateTitle(state, words);
  for (const column of hosts.flatMap(({ bands: columns }) => columns)) {
    for (const { states } of column.ends) {
      for (const [index, stay] of staysOf(states, heights, placed.bottom).entries()) {
        const { state, top, bottom } = stay;
        labels.push(...nameLabels(stay, column, index === 0, ribbons, titleOf));
        if (state.state === 'CLOSED') continue;
        const { x, width } = column;
        const implied = state.how === 'implied';
        bands.push({ x, width, top, bottom, state: state.state, implied, title: titleOf(state) });
      }
    }
  }
  return { bands, labels };
}
