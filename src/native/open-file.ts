import { fstatSync } from 'node:fs';

/** What a descriptor is open on: another file has another. */
export function fileOf(fd: number): string {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return `${dev}:${ino}`;
}

/** Whether the descriptor is open on it still: who closed the descriptor elsewhere may have given its number to another file. */
export function isOpenOn(fd: number, file: string): boolean {
  try {
    return fileOf(fd) === file;
  } catch {
    return false;
  }
}
