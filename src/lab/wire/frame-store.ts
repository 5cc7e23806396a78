import { messageOf } from '../../errors.js';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../index.js';

/** A frame as a packet socket showed it. */
export interface Frame {
  /** Index of the interface in the capture. */
  readonly interface: number;
  readonly atNs: bigint;
  readonly outgoing: boolean;
  /** To the hardware address of another machine: the interface saw it, its host did not take it. */
  readonly forOthers: boolean;
  readonly bytes: Uint8Array;
}

const bufferSize = 1 << 20;
/** Read at once. An interface's frames stand in order, so that most are in what was read for the one before. */
const windowSize = 1 << 16;
const columnLength = 1 << 14;

const outgoingBit = 1;
const forOthersBit = 2;

/** The facts of some thousand frames, 22 bytes each: as an object with a bigint a frame would take hundreds. */
class Columns {
  /** Nanoseconds since the first frame of the store: exact up to 104 days. */
  readonly sinceFirst = new Float64Array(columnLength);
  readonly offset = new Float64Array(columnLength);
  readonly length = new Uint32Array(columnLength);
  readonly interface = new Uint8Array(columnLength);
  readonly flags = new Uint8Array(columnLength);
}

interface Window {
  readonly from: number;
  readonly bytes: Uint8Array;
}

function newFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'sockwise-'));
  } catch (cause) {
    const why = messageOf(cause);
    throw new UsageError('ERR_NOT_SUPPORTED', `cannot create the recording file (set TMPDIR to choose where): ${why}`, {
      cause,
    });
  }
}

/** The frames of a run, in a file that has no name any more: a run of any length takes the same memory, except for their facts. */
export class FrameStore {
  readonly #fd: number;
  readonly #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #size = 0;
  readonly #columns: Columns[] = [];
  #count = 0;
  #firstNs = 0n;

  constructor() {
    const folder = newFolder();
    try {
      this.#fd = openSync(join(folder, 'frames'), 'wx+', 0o600);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  get count(): number {
    return this.#count;
  }

  add({ bytes, atNs, outgoing, forOthers, interface: index }: Frame): void {
    if (this.#count === 0) this.#firstNs = atNs;
    const row = this.#count % columnLength;
    if (row === 0) this.#columns.push(new Columns());
    const columns = this.#columnsOf(this.#count++);
    columns.sinceFirst[row] = Number(atNs - this.#firstNs);
    columns.offset[row] = this.#size;
    columns.length[row] = bytes.length;
    columns.interface[row] = index;
    columns.flags[row] = (outgoing ? outgoingBit : 0) | (forOthers ? forOthersBit : 0);
    this.#pending.push(bytes);
    this.#size += bytes.length;
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > bufferSize) this.#write();
  }

  /** All frames in order of time; those of one moment as they came. */
  *frames(): Generator<Frame> {
    this.#write();
    const windows = new Map<number, Window>();
    for (const number of this.#inOrder()) {
      const row = number % columnLength;
      const columns = this.#columnsOf(number);
      const [index = 0, flags = 0] = [columns.interface[row], columns.flags[row]];
      yield {
        interface: index,
        atNs: this.#firstNs + BigInt(columns.sinceFirst[row] ?? 0),
        outgoing: (flags & outgoingBit) !== 0,
        forOthers: (flags & forOthersBit) !== 0,
        bytes: this.#read(windows, index, columns.offset[row] ?? 0, columns.length[row] ?? 0),
      };
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #columnsOf(number: number): Columns {
    const columns = this.#columns[Math.floor(number / columnLength)];
    if (columns === undefined) throw new RangeError(`there is no frame ${number}`);
    return columns;
  }

  #inOrder(): Uint32Array {
    const time = (number: number): number => this.#columnsOf(number).sinceFirst[number % columnLength] ?? 0;
    return Uint32Array.from({ length: this.#count }, (_, number) => number).sort((a, b) => time(a) - time(b) || a - b);
  }

  /** A window is not written to again, so that a frame stays what it is while its reader goes on. */
  #read(windows: Map<number, Window>, index: number, offset: number, length: number): Uint8Array {
    let window = windows.get(index);
    if (window === undefined || offset < window.from || offset + length > window.from + window.bytes.length) {
      const bytes = new Uint8Array(Math.min(Math.max(windowSize, length), this.#size - offset));
      for (let done = 0; done < bytes.length; ) {
        const count = readSync(this.#fd, bytes, done, bytes.length - done, offset + done);
        if (count === 0) throw new RangeError(`the recording ends at ${offset + done} of ${this.#size} bytes`);
        done += count;
      }
      window = { from: offset, bytes };
      windows.set(index, window);
    }
    return window.bytes.subarray(offset - window.from, offset - window.from + length);
  }

  #write(): void {
    const bytes = Buffer.concat(this.#pending.splice(0), this.#pendingBytes);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#fd, bytes, done, bytes.length - done, this.#size - bytes.length + done);
    }
    this.#pendingBytes = 0;
  }
}
