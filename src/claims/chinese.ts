import { isRecord, type Json } from '../lab/record/json.js';
import { becauseOf } from '../lab/draw/report-words.js';
import { chinese as words } from '../lab/draw/report-words.zh.js';
import { tryChinese } from '../lab/try/words.zh.js';
import type { Event } from '../lab/record/event.js';
import type { NotRun } from '../lab/record/not-run.js';
import type { Article, CaseResult, HostSetting, RowResult } from '../lab/record/result.js';
import type { DeadRun, Trace } from '../lab/record/trace.js';
import type { Case } from '../lab/run/case.js';
import type { Experiment } from '../lab/run/experiment.js';
import { chineseRules } from '../explain/rules.zh.js';
import { articleTitles } from './articles.zh.js';
import type { CaseTexts, TextsById } from './case-texts.js';
import { experimentTexts } from './experiments.zh.js';
import { settingChanges } from './host-settings.zh.js';
import type { SaidOfExperiment, Spoken } from './spoken.js';
import { articles } from './articles.js';
import { acceptQueueTexts } from './accept-queue/accept-queue.zh.js';
import { addressesTexts } from './bind/addresses.zh.js';
import { anyAddressTexts } from './bind/any-address.zh.js';
import { bindOrConnectTexts } from './bind/bind-or-connect.zh.js';
import { conflictsTexts } from './bind/conflicts.zh.js';
import { twoProcessesTexts } from './bind/two-processes.zh.js';
import { closingPathsTexts } from './closing/closing-paths.zh.js';
import { halvesTexts } from './closing/halves.zh.js';
import { segmentsOfACloseTexts } from './closing/segments-of-a-close.zh.js';
import { statesTexts } from './closing/states.zh.js';
import { whoClosesTexts } from './closing/who-closes.zh.js';
import { halfOpenTexts } from './half-open/half-open.zh.js';
import { timeoutsTexts } from './half-open/timeouts.zh.js';
import { dualStackTexts } from './ipv6/dual-stack.zh.js';
import { sameRulesTexts } from './ipv6/same-rules.zh.js';
import { lingerTexts } from './linger/linger.zh.js';
import { nodeServersTexts } from './node/node-servers.zh.js';
import { resetTexts } from './reset/reset.zh.js';
import { afterRestartTexts } from './restart/after-restart.zh.js';
import { carelessServerTexts } from './restart/careless-server.zh.js';
import { closedProgramTexts } from './restart/closed-program.zh.js';
import { killTheHolderTexts } from './restart/kill-the-holder.zh.js';
import { portReleaseTexts } from './restart/port-release.zh.js';
import { predecessorTexts } from './restart/predecessor.zh.js';
import { restartTexts } from './restart/restart.zh.js';
import { sharingTexts } from './reuse/sharing.zh.js';
import { twoAddressesTexts } from './reuse/two-addresses.zh.js';
import { leftToTheSystemTexts } from './source-port/left-to-the-system.zh.js';
import { sourcePortTexts } from './source-port/source-port.zh.js';
import { unboundTexts } from './source-port/unbound.zh.js';
import { connectAgainTexts } from './time-wait/connect-again.zh.js';
import { initialNumberTexts } from './time-wait/initial-number.zh.js';
import { lingerTimeTexts } from './time-wait/linger-time.zh.js';
import { reuseTexts } from './time-wait/reuse.zh.js';
import { segmentsTexts } from './time-wait/segments.zh.js';
import { synTexts } from './time-wait/syn.zh.js';
import { timeWaitTexts } from './time-wait/time-wait.zh.js';
import { translatedTexts } from './time-wait/translated.zh.js';
import { vanishedTexts } from './time-wait/vanished.zh.js';
import { happenedIn } from './happened.zh.js';
import { observedTexts } from './observed.zh.js';

/** The texts of each built-in case in Chinese, by id. */
export const textsById: TextsById = {
  ...acceptQueueTexts,
  ...addressesTexts,
  ...anyAddressTexts,
  ...bindOrConnectTexts,
  ...conflictsTexts,
  ...twoProcessesTexts,
  ...closingPathsTexts,
  ...halvesTexts,
  ...segmentsOfACloseTexts,
  ...statesTexts,
  ...whoClosesTexts,
  ...halfOpenTexts,
  ...timeoutsTexts,
  ...dualStackTexts,
  ...sameRulesTexts,
  ...lingerTexts,
  ...nodeServersTexts,
  ...resetTexts,
  ...afterRestartTexts,
  ...carelessServerTexts,
  ...closedProgramTexts,
  ...killTheHolderTexts,
  ...portReleaseTexts,
  ...predecessorTexts,
  ...restartTexts,
  ...sharingTexts,
  ...twoAddressesTexts,
  ...leftToTheSystemTexts,
  ...sourcePortTexts,
  ...unboundTexts,
  ...connectAgainTexts,
  ...initialNumberTexts,
  ...lingerTimeTexts,
  ...reuseTexts,
  ...segmentsTexts,
  ...synTexts,
  ...timeWaitTexts,
  ...translatedTexts,
  ...vanishedTexts,
};

/** What a run observed, with its words in Chinese: names of calls, errnos and states stay as they are. */
function observedIn(value: Json): Json {
  if (typeof value === 'string') return observedTexts[value] ?? value;
  if (Array.isArray(value)) return value.map(observedIn);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, observedIn(part)]));
}

/** What happened, with the words of its script in Chinese: names of calls, hosts and sockets stay as they are. */
function eventIn(event: Event): Event {
  const told = (text: string): string => happenedIn(text) ?? text;
  switch (event.kind) {
    case 'look':
      return { ...event, about: told(event.about) };
    case 'mark':
      return { ...event, text: told(event.text) };
    case 'remark':
      return { ...event, text: told(event.text), ...(event.said !== undefined && { said: told(event.said) }) };
    case 'process':
      return event.change === 'ends' && event.text !== undefined ? { ...event, text: told(event.text) } : event;
    case 'call':
    case 'link':
    case 'segment':
      return event;
  }
}

function rowIn(row: RowResult, rows: CaseTexts['rows'] = {}): RowResult {
  const text = (name: string): string => rows[name] ?? name;
  const { name, says, observed, events, recording } = row;
  const cell = row.cell && { line: text(row.cell.line), column: text(row.cell.column) };
  return {
    ...row,
    name: text(name),
    events: events.map(eventIn),
    ...(recording !== undefined && { recording: { ...recording, events: recording.events.map(eventIn) } }),
    ...(cell !== undefined && { cell }),
    ...(says !== undefined && { says: observedIn(says) }),
    observed: observedIn(observed),
  };
}

/** The same reason, of which the time it waits for is a text of the case. */
function whyIn(why: NotRun, { waitsFor }: CaseTexts): NotRun {
  return why.lacks === 'time' && waitsFor !== undefined ? { ...why, waitsFor } : why;
}

function caseIn(result: CaseResult, one: Case | undefined, texts: CaseTexts | undefined): CaseResult {
  if (one === undefined || texts === undefined) return result;
  const { rows, rules, unrun = [], labels: _labels, ...rest } = result;
  const { title, claim, advice, labels } = texts;
  const law = one.lawFor(rows);
  const sentence = rows.length === 0 ? undefined : law === undefined ? words.newOutcome : texts.laws[law];
  const left = unrun.map(({ row, why }) => ({
    ...(row !== undefined && { row: texts.rows?.[row] ?? row }),
    why: whyIn(why, texts),
  }));
  return {
    ...rest,
    title,
    claim,
    because: becauseOf(sentence, left, words),
    rules: rules.map((rule) => ({ ...rule, text: chineseRules[rule.id] ?? rule.text })),
    advice,
    ...(labels !== undefined && { labels }),
    rows: rows.map((row) => rowIn(row, texts.rows)),
  };
}

function settingIn(setting: HostSetting): HostSetting {
  return { ...setting, changes: settingChanges[setting.name] ?? setting.changes };
}

function listedIn(one: SaidOfExperiment): SaidOfExperiment {
  const texts = experimentTexts[one.name];
  if (texts === undefined) return one;
  const { title, about, variants = {} } = texts;
  return { ...one, title, about, variants: one.variants.map((variant) => variants[variant] ?? variant) };
}

/** A run of a built-in experiment. Without texts for its labels it keeps those it has. */
function recordedIn<Run extends Trace | DeadRun>(run: Run): Run {
  const texts = experimentTexts[run.name];
  if (texts === undefined) return run;
  const { title, about, rule, labels, variants = {} } = texts;
  const { variant } = run;
  const told = { ...run, title, ...(variant !== undefined && { variant: variants[variant] ?? variant }) };
  if (!('findings' in run)) return told;
  return {
    ...told,
    about,
    rule,
    ...(labels !== undefined && { labels }),
    events: run.events.map(eventIn),
    findings: observedIn(run.findings),
  };
}

/** What reports of the built-in cases and experiments say in Chinese. */
export function inChinese(cases: readonly Case[], experiments: readonly Experiment[]): Spoken {
  const caseById = new Map(cases.map((one) => [one.id, one]));
  return {
    words,
    trying: tryChinese,
    articles: articles.map(
      (article): Article => ({ ...article, title: articleTitles[article.number] ?? article.title }),
    ),
    experiments: experiments.map(listedIn),
    listed: listedIn,
    recorded: recordedIn,
    about: (one) => ({ ...one, ...textsById[one.id] }),
    told: (result) => ({
      ...result,
      cases: result.cases.map((one) => caseIn(one, caseById.get(one.id), textsById[one.id])),
      ...(result.hostSettings !== undefined && { hostSettings: result.hostSettings.map(settingIn) }),
    }),
    setting: settingIn,
  };
}
