import { check } from '../errors.js';
import { frame, native } from './load.js';

/** Device and inode of the file that a descriptor is open on, each in two halves. fstatSync() takes ten times as long. */
export function fileOf(fd: number): string {
  check(native.fstat(fd), 'fstat');
  return `${frame[0]}:${frame[1]}:${frame[2]}:${frame[3]}`;
}

/** Whether the descriptor is still open on that file. After a close(2) by somebody else its number may be another file's. */
export function isOpenOn(fd: number, file: string): boolean {
  try {
    return fileOf(fd) === file;
  } catch {
    return false;
  }
}
