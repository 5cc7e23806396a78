import { readFileSync } from 'node:fs';

export const NOBODY = 65_534;

/** Whether root of this user namespace can become `uid`: one that it does not map is EINVAL, user_namespaces(7). */
function maps(uid: number): boolean {
  return readFileSync('/proc/self/uid_map', 'utf8')
    .trim()
    .split('\n')
    .some((line) => {
      const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
      return uid >= first && uid < first + count;
    });
}

/** Whether this process can start another as an ordinary user. */
export const canBecomeNobody = process.platform === 'linux' && process.getuid?.() === 0 && maps(NOBODY);
