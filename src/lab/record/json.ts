/** What JSON can hold: observations are printed, compared and stored. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What else JavaScript may hold, as `[undefined]` or NaN, would be printed as another thing or not at all. */
export function isJson(value: unknown): value is Json {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null)
    return value === null || ['string', 'boolean'].includes(typeof value);
  if (Array.isArray(value)) return Array.from<unknown>(value).every(isJson);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
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
