import type { CaseResult, RowResult } from '../record/result.js';
import type { Trace } from '../record/trace.js';

/** A row that was recorded, as a run to be drawn; undefined for one that was not. */
export function rowTrace({ id, title }: Pick<CaseResult, 'id' | 'title'>, row: RowResult): Trace | undefined {
  const { recording, name, observed } = row;
  return recording === undefined
    ? undefined
    : { name: id, title: `${id}: ${title}`, variant: name, ...recording, findings: observed };
}
