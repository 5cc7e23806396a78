export type { Case, CaseResult, Json, Need, RowResult, Verdict } from './case.js';
export { cases } from './cases/index.js';
export type { Isolation } from './lab.js';
export { type MatrixOptions, type MatrixResult, runCases } from './matrix.js';
export type { Step, TableRow } from './step.js';
