export type { Json } from '../lab/record/json.js';
export type { Case, Need } from '../lab/run/case.js';
export type { Article, CaseResult, GridCell, MatrixResult, RowResult, Verdict } from '../lab/record/result.js';
export { articles } from './articles.js';
export { cases } from './cases.js';
export {
  CaptureError,
  type Experiment,
  experiment,
  type ExperimentContext,
  ExperimentError,
  type ExperimentSettings,
  type RunOptions,
  type Script,
} from '../lab/run/experiment.js';
export type { PassingSegment } from '../lab/network/numbering.js';
export type { Link, LinkSettings, Loss } from '../lab/network/link.js';
export type { HostSettings } from '../lab/run/stage.js';
export { experiments } from './experiments.js';
export type { HostProcess, ProcessSettings } from '../lab/network/process.js';
export type { ClientSettings, Endpoint, Host, ListenerSettings, SocketSettings } from '../lab/network/host.js';
export type { Isolation } from '../lab/run/stage.js';
export { type ExpectedCall, ExpectationError, type LabSocket } from '../lab/network/lab-socket.js';
export {
  parseScenario,
  printScenario,
  type Scenario,
  type ScenarioPart,
  type ScenarioProtocol,
  type ScenarioStep,
  type StateWord,
} from '../lab/run/scenario.js';
export { tryScenario, type TryCall, type TryResult } from '../lab/run/try.js';
export { builtIn, type MatrixOptions, runCases } from './run.js';
export type {
  ConnectionSettings,
  ReceivedSegment,
  ScriptedConnection,
  SegmentChange,
} from '../lab/network/peer/connection.js';
export type { ScriptedPeer } from '../lab/network/peer/peer.js';
export type { AddressedSegment, Flag, Segment, TcpOptions } from '../lab/network/peer/segment.js';
export { experimentsHtml } from '../lab/draw/page/experiments.js';
export { ladderSvg } from '../lab/draw/ladder/svg.js';
export { ladderText } from '../lab/draw/ladder/text.js';
export type * from '../lab/record/event.js';
export type * from '../lab/record/trace.js';
