export type { Case, CaseResult, Json, Need, RowResult, Verdict } from './case.js';
export { cases } from './cases/index.js';
export type { Isolation } from './lab.js';
export { type MatrixOptions, type MatrixResult, runCases } from './matrix.js';
export type { Step, TableRow } from './step.js';
export {
  type Experiment,
  experiment,
  type ExperimentContext,
  ExperimentError,
  type ExperimentSettings,
  type RunOptions,
  type Script,
} from './experiment/experiment.js';
export type { Link as LabLink, LinkSettings, Loss } from './experiment/link.js';
export type { HostSettings } from './experiment/stage.js';
export type * from './trace.js';
export { experiments } from './experiments/index.js';
