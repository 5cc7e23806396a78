export type { Json } from './json.js';
export type { Case, CaseResult, Need, RowResult, Verdict } from './case/case.js';
export { cases } from './cases/index.js';
export {
  CaptureError,
  type Experiment,
  experiment,
  type ExperimentContext,
  ExperimentError,
  type ExperimentSettings,
  type RunOptions,
  type Script,
} from './experiment/experiment.js';
export type { PassingSegment } from './capture/segments.js';
export type { Link, LinkSettings, Loss } from './experiment/link.js';
export type { HostSettings } from './experiment/stage.js';
export { experiments } from './experiments/index.js';
export type { HostProcess, ProcessSettings } from './host/host-process.js';
export type { ClientSettings, Endpoint, Host, ListenerSettings, SocketSettings } from './host/host.js';
export type { Isolation } from './case/lab.js';
export { type ExpectedCall, ExpectationError, type LabSocket } from './host/lab-socket.js';
export { type MatrixOptions, type MatrixResult, runCases } from './matrix/matrix.js';
export type { ConnectionSettings, ReceivedSegment, ScriptedConnection, SegmentChange } from './peer/connection.js';
export type { ScriptedPeer } from './peer/peer.js';
export type { AddressedSegment, Flag, Segment, TcpOptions } from './peer/segment.js';
export { experimentsHtml } from './picture/html.js';
export { ladderSvg } from './picture/svg.js';
export { ladderText } from './picture/text.js';
export type { Step, TableRow } from './host/step.js';
export type * from './trace.js';
