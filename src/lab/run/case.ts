import { inspect } from 'node:util';
import { SystemCallError, TimeoutError } from '../../index.js';
import { type AnyRuleId, type CitedRule, cite } from '../../explain/cite.js';
import type { Event } from '../record/event.js';
import type { Recording } from '../record/trace.js';
import { isJson, isRecord, type Json, sameJson } from '../record/json.js';
import type { NotRun, Unrun } from '../record/not-run.js';
import type { Labels, LabelsOf, PartOf } from '../record/labels.js';
import type { GridCell, RowResult, Verdict } from '../record/result.js';
import { becauseOf, english } from '../draw/report-words.js';
import type { Stage } from './stage.js';

/** Versions of Node that a case may ask. */
export type NodeVersion = 20 | 22 | 24 | 26;

/** What a case cannot do without. */
export type Need =
  /** A second user to run a program as. */
  | 'other-user'
  /** Raw access to a link, for peers without a TCP stack. */
  | 'packet-socket'
  /** SOCK_DESTROY, `CONFIG_INET_DIAG_DESTROY`. */
  | 'destroy-socket'
  /** A C compiler, `cc`. */
  | 'compiler'
  /** IPv6 in a network of its own. */
  | 'ipv6'
  /** Node of this version, besides the one that runs. */
  | `node-${NodeVersion}`;

/** What a claim says of an observation: of one with several parts, of those it speaks of. */
export type Said<Observed extends Json> = Json &
  (Observed extends readonly Json[] ? Observed : Observed extends object ? Partial<Observed> : Observed);

export interface CaseRow<Given, Observed extends Json> {
  /** Says what is different about this row. */
  readonly name: string;
  readonly cell?: GridCell;
  /** Of a case that `bindsBeside`: this row does something else, and is not drawn with the others. */
  readonly bindsBeside?: false;
  readonly given: Given;
  /**
   * What would be observed if the articles were right. Without it the row shows what the claim leaves open, and the verdict
   * does not rest on it.
   */
  readonly says?: Said<Observed>;
  /** What this row cannot do without; where it is missing the other rows still speak. */
  readonly needs?: readonly Need[];
}

export interface SeenRow<Given, Observed extends Json> extends CaseRow<Given, Observed> {
  readonly observed: Observed;
  readonly events: readonly Event[];
  /** Whether it was as the articles say; `null` where they say nothing of it. */
  readonly ok: boolean | null;
  readonly recording?: Recording;
}

/**
 * What the rows of a case can come to: a sentence that a reader can carry away, and what every row gives where it is so. A
 * case has one for each outcome it knows; a run prints the first that fits all of its rows.
 */
export interface Law<Given, Observed extends Json> {
  /** States the law: plain, whole sentences, no list of rows. */
  readonly text: string;
  /** What a row gives by this law, by what is given or by the name of the row: of several parts, those the sentence rests on. */
  readonly rows: ((given: Given) => Said<Observed>) | Readonly<Record<string, Said<Observed>>>;
}

/** What the parts of an observation are called for a reader: a missing one does not compile. */
type Labelled<Observed> = [PartOf<Observed>] extends [never]
  ? { readonly labels?: Labels }
  : { readonly labels: LabelsOf<Observed> };

/** A claim of the articles, and how it is put to the kernel. Its verdict comes from the rows of the run alone. */
export type CaseSpec<Given, Observed extends Json> = CaseFactsAndRows<Given, Observed> & Labelled<Observed>;

interface CaseFactsAndRows<Given, Observed extends Json> {
  readonly id: string;
  /** Of the five, by their numbers: `000` to `004`. */
  readonly articles: readonly string[];
  readonly title: string;
  /** In our words. */
  readonly claim: string;
  /** Why the kernel does what it does: the rule that decides first. */
  readonly rules: readonly AnyRuleId[];
  /** What to do about it in a service, in the imperative. */
  readonly advice: string;
  readonly needs?: readonly Need[];
  /** Oldest kernel it can run on, as `6.8`. */
  readonly since?: string;
  /** Of a case that takes about a minute: what it waits for, as `60 s for TIME_WAIT to expire`. */
  readonly waitsFor?: string;
  /** Runs on 127.0.0.0/8 with ports the kernel chooses, so without namespaces of its own too. */
  readonly onLoopback?: boolean;
  /** How many of its rows run at once, where they spend their time waiting for the kernel's timers; otherwise one does. */
  readonly sideBySide?: number;
  /** Its rows are what came of binding, and listening, beside a socket on the same port: reports draw them as a grid. */
  readonly bindsBeside?: boolean;
  readonly rows: readonly CaseRow<Given, Observed>[];
  run(stage: Stage, given: Given): Observed | Promise<Observed>;
  /** What the rows can come to. */
  readonly laws: readonly Law<Given, Observed>[];
}

/** A row by what it has in common with those of its line, and with those of its column. */
export function inGrid(line: string, column: string): { readonly name: string; readonly cell: GridCell } {
  return { name: `${line}, ${column}`, cell: { line, column } };
}

/** Where a row is drawn in the grid of its case; one that says no place has a line of its own. */
function cellOf({ name, cell, bindsBeside: row }: CaseRow<unknown, Json>, ofCase: boolean): GridCell | undefined {
  return ofCase && row !== false ? (cell ?? { line: name, column: '' }) : undefined;
}

/** A case whose row types are its own business. */
export interface Case extends Omit<CaseFactsAndRows<unknown, Json>, 'rows' | 'run' | 'laws' | 'rules' | 'bindsBeside'> {
  /** Names of its rows, in order. */
  readonly rowNames: readonly string[];
  /** Rules of the kernel behind it, the one that decides first. */
  readonly rules: readonly CitedRule[];
  /** What the parts of its observations are called, by key. */
  readonly labels?: Labels;
  /** What the rows come to by each law, in their order: what its sentence rests on. */
  readonly laws: readonly { readonly text: string; readonly rows: readonly Json[] }[];
  /** The first law that fits what was observed, by name of row, as its place among them; undefined where none does. */
  lawFor(observed: readonly Pick<RowResult, 'name' | 'observed'>[]): number | undefined;
  /**
   * Runs its rows in order, each on a stage of its own that `onStage` makes and takes down. `lacking` says why a row cannot be
   * run here.
   */
  runRows(
    onStage: OnStage,
    lacking: (needs: readonly Need[]) => NotRun | undefined,
  ): Promise<{ rows: RowResult[]; verdict: Verdict; because: string; unrun?: readonly Unrun[] }>;
}

/** Runs a row by its index. */
export type OnStage = <T>(
  row: number,
  use: (stage: Stage) => T | Promise<T>,
) => Promise<{ value: T; events: readonly Event[]; recording?: Recording }>;

/**
 * The verdict of the rows the claim speaks of: confirmed if all were as it says, refuted if none was, and otherwise
 * qualified: it depends on what the rows differ in. Skipped if none of them could be run.
 */
export function judge(rows: readonly { readonly ok: boolean | null }[]): Verdict {
  const counted = rows.flatMap(({ ok }) => (ok === null ? [] : [ok]));
  if (counted.length === 0) return 'skipped';
  if (counted.every((ok) => ok)) return 'confirmed';
  return counted.some((ok) => ok) ? 'qualified' : 'refuted';
}

/** Whether an observation is what was said of it; its parts that were not spoken of are left out. */
function agrees(said: Json, observed: Json): boolean {
  if (!isRecord(said) || !isRecord(observed)) return sameJson(said, observed);
  const spokenOf = Object.entries(observed).filter(([part]) => part in said);
  return sameJson(said, Object.fromEntries(spokenOf));
}

/** At most `atOnce` at a time, in order. None begins after one has failed, and all have ended when it rejects. */
async function inTurn<T, Result>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<Result>,
): Promise<Result[]> {
  const left = [...items.entries()];
  const results: Result[] = [];
  const turns = Array.from({ length: atOnce }, async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [index, item] = next;
      try {
        results[index] = await work(item);
      } catch (error) {
        left.length = 0;
        throw error;
      }
    }
  });
  for (const turn of await Promise.allSettled(turns)) if (turn.status === 'rejected') throw turn.reason;
  return results;
}

/** EROFS: /proc/sys is read-only, as in most containers. */
const refusals: readonly string[] = ['EROFS', 'EACCES', 'EPERM'];

/**
 * What the kernel refused on the way to the situation of a case, or that it did not come about in time: as it is set here, as
 * with net.ipv4.tcp_max_tw_buckets 0, the claim cannot be put to it.
 */
function refusal(error: unknown): NotRun | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof SystemCallError && refusals.includes(each.code) && each.option?.startsWith('net.') === true)
      return { lacks: 'sysctl', said: each.option };
    if (error instanceof Error && (each instanceof SystemCallError || each instanceof TimeoutError))
      return { lacks: 'situation', said: error.message };
  }
  return undefined;
}

function lawsOf<Given, Observed extends Json>({ id, laws, rows }: CaseSpec<Given, Observed>): Case['laws'] {
  return laws.map(({ text, rows: by }) => {
    if (typeof by === 'function') return { text, rows: rows.map(({ given }) => by(given)) };
    const unknown = Object.keys(by).find((name) => !rows.some((row) => row.name === name));
    if (unknown !== undefined)
      throw new Error(`case ${id}: its law ${JSON.stringify(text)} names no row of it: ${unknown}`);
    return {
      text,
      rows: rows.map(({ name }) => {
        const outcome = by[name];
        if (outcome === undefined)
          throw new Error(`case ${id}: its law ${JSON.stringify(text)} leaves out the row ${name}`);
        return outcome;
      }),
    };
  });
}

export function defineCase<Given, Observed extends Json>(spec: CaseSpec<Given, Observed>): Case {
  const { labels } = spec;
  const { rows, run, laws: _laws, rules, bindsBeside = false, ...facts }: CaseFactsAndRows<Given, Observed> = spec;
  const rowNames = rows.map((row) => row.name);
  const laws = lawsOf(spec);
  const lawFor: Case['lawFor'] = (seen) => {
    const fitting = laws.findIndex((law) =>
      seen.every(({ name, observed }) => agrees(law.rows[rowNames.indexOf(name)] ?? null, observed)),
    );
    return fitting === -1 ? undefined : fitting;
  };
  return {
    ...facts,
    rules: rules.map(cite),
    ...(labels !== undefined && { labels }),
    rowNames,
    laws,
    lawFor,
    async runRows(onStage, lacking) {
      const left: Unrun[] = [];
      const runnable = rows.filter(({ name, needs = [] }) => {
        const why = lacking(needs);
        if (why !== undefined) left.push({ row: name, why });
        return why === undefined;
      });
      const runRow = async (row: CaseRow<Given, Observed>): Promise<SeenRow<Given, Observed>> => {
        const use = (stage: Stage): Observed | Promise<Observed> => run(stage, row.given);
        const { value: observed, events, recording } = await onStage(rows.indexOf(row), use);
        if (!isJson(observed)) throw new Error(`${row.name}: JSON cannot hold what was observed: ${inspect(observed)}`);
        const ok = row.says === undefined ? null : agrees(row.says, observed);
        return { ...row, observed, events, ok, ...(recording !== undefined && { recording }) };
      };
      let seen: SeenRow<Given, Observed>[];
      try {
        seen = await inTurn(runnable, facts.sideBySide ?? 1, runRow);
      } catch (error) {
        const why = refusal(error);
        if (why === undefined) throw error;
        const unrun: readonly Unrun[] = [{ why }];
        return { rows: [], verdict: 'skipped', because: becauseOf(undefined, unrun), unrun };
      }
      return {
        rows: seen.map((row) => {
          const { name, events, says, observed, ok, recording } = row;
          const cell = cellOf(row, bindsBeside);
          return {
            name,
            ...(cell !== undefined && { cell }),
            events,
            ...(says === undefined ? {} : { says }),
            observed,
            ok,
            ...(recording !== undefined && { recording }),
          };
        }),
        verdict: judge(seen),
        because: becauseOf(
          seen.length === 0 ? undefined : (laws[lawFor(seen) ?? -1]?.text ?? english.newOutcome),
          left,
        ),
        ...(left.length > 0 && { unrun: left }),
      };
    },
  };
}
