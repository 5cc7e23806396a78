import { littleEndian } from '../options/memory.js';

// idiag_cookie and udiag_cookie are two words, the lower half first whatever the machine's order: sock_diag_save_cookie().

const half = 32n;

export function readCookie(view: DataView, at: number): bigint {
  return (BigInt(view.getUint32(at + 4, littleEndian)) << half) | BigInt(view.getUint32(at, littleEndian));
}

export function writeCookie(view: DataView, at: number, cookie: bigint): void {
  view.setUint32(at, Number(BigInt.asUintN(32, cookie)), littleEndian);
  view.setUint32(at + 4, Number(BigInt.asUintN(32, cookie >> half)), littleEndian);
}
