/** JSON for other programs. A bigint, such as a socket's cookie, is a string: its digits fit no double. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part), 2);
}
