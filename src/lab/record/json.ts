/** What JSON can hold: observations are printed, compared and stored. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Same value, whatever the order of keys. */
export function sameJson(a: Json, b: Json): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [aEntries, bEntries] = [Object.entries(a), Object.entries(b)];
  if (Array.isArray(a) !== Array.isArray(b) || aEntries.length !== bEntries.length) return false;
  const other = new Map<string, Json>(bEntries);
  return aEntries.every(([key, value]) => {
    const counterpart = other.get(key);
    return counterpart !== undefined && sameJson(value, counterpart);
  });
}
