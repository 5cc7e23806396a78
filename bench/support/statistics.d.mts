export interface Summary {
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
  readonly min: number;
  readonly max: number;
}
export function quantile(values: readonly number[], share: number): number;
export function summarize(values: readonly number[]): Summary;
export function ratios(values: readonly number[], base: readonly number[]): number[];
export function shuffled<T>(items: readonly T[], random?: () => number): T[];
