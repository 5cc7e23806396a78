import { fstatSync } from 'node:fs';

/** Device and inode of the file that a descriptor is open on. */
export function fileOf(fd: number): string {
  const { dev, ino } = fstatSync(fd, { bigint: true });
  return `${dev}:${ino}`;
}

/** Whether the descriptor is still open on that file. After a close(2) by somebody else its number may be another file's. */
export function isOpenOn(fd: number, file: string): boolean {
  try {
    return fileOf(fd) === file;
  } catch {
    return false;
  }
}
