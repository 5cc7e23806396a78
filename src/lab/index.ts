// The instrument: experiments, what they record, and reports of it.
export type * from './record/event.js';
export { compareRuns, type Comparison, type SavedRun } from './record/compare.js';
export type { Json } from './record/json.js';
export type {
  Article,
  CaseResult,
  GridCell,
  HostSetting,
  MatrixResult,
  RowResult,
  Verdict,
} from './record/result.js';
export type * from './record/trace.js';
export { isPatienceSet, setPatience } from './record/patience.js';
export type { PassingSegment } from './network/numbering.js';
export type { Link, LinkSettings, Loss } from './network/link.js';
export type { HostProcess, ProcessSettings } from './network/process.js';
export type { ClientSettings, Endpoint, Host, LabSocket, ListenerSettings, SocketSettings } from './network/host.js';
export { type ExpectedCall, ExpectationError } from './network/lab-socket.js';
export type {
  ConnectionSettings,
  ReceivedSegment,
  ScriptedConnection,
  SegmentChange,
} from './network/peer/connection.js';
export type { ScriptedPeer } from './network/peer/peer.js';
export type { AddressedSegment, Flag, Segment, TcpOptions } from './network/peer/segment.js';
export { eventText } from './draw/text/event-text.js';
export { comparisonText } from './draw/text/comparison.js';
export { experimentsHtml } from './draw/page/experiments.js';
export { type Facts, matrixHtml } from './draw/page/matrix.js';
export { capital, english, type ReportWords } from './draw/report-words.js';
export { matrixJunit } from './draw/junit.js';
export { hostSettingsText } from './draw/text/host-settings.js';
export { matrixMarkdown } from './draw/markdown.js';
export { caseReport, matrixTable, summary, wordsText } from './draw/terminal.js';
export { ladderSvg } from './draw/ladder/svg.js';
export { ladderText } from './draw/ladder/text.js';
export { rowTrace } from './draw/row-trace.js';
export { type Ingredients, ingredientsOf } from './draw/what-was-run.js';
export { narrowestTable, beside, stacked, wrap } from './draw/text/wrap.js';
export { terminalWidth } from './draw/text/width.js';
export type { Case, Need } from './run/case.js';
export {
  CaptureError,
  type Experiment,
  experiment,
  type ExperimentContext,
  ExperimentError,
  type ExperimentSettings,
  type RunOptions,
  type Script,
} from './run/experiment.js';
export { type PktScriptText, pktScript } from './draw/pkt-script.js';
export { type LoadedPkt, loadPkt } from './pkt/load.js';
export { ipVersions, type PktSettings } from './pkt/settings.js';
export { filesOf } from './run/imports.js';
export { missing } from './run/needs.js';
export {
  listExperiments,
  type Played,
  playRuns,
  type Run,
  runsOf,
  traceOf,
} from './run/play.js';
export { type Claims, listed, type ListedExperiment } from './run/order.js';
export {
  parseScenario,
  printScenario,
  type Scenario,
  type ScenarioPart,
  type ScenarioProtocol,
  type ScenarioStep,
  type StateWord,
} from './try/scenario.js';
export type { HostSettings, Isolation } from './run/stage.js';
export { tryScenario, type TryCall, type TryResult } from './try/try.js';
export { tryHtml, trySvg } from './try/picture.js';
export { tryText } from './try/try-text.js';
export { tryEnglish, type TryWords } from './try/words.js';
