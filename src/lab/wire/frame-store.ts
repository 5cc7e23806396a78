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

function newFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'sockwise-'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError('ERR_NOT_SUPPORTED', `no place for what is recorded (TMPDIR says where): ${why}`, { cause });
  }
}

/**
 * The frames of a run, in a file that has no name any more: a run of any length takes the same memory, but for the order of
 * the frames.
 */
export class FrameStore {
  readonly #fd: number;
  readonly #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #size = 0;
  readonly #facts: (Omit<Frame, 'bytes'> & { readonly offset: number; readonly length: number })[] = [];

  constructor() {
    const folder = newFolder();
    try {
      this.#fd = openSync(join(folder, 'frames'), 'wx+', 0o600);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  get count(): number {
    return this.#facts.length;
  }

  add({ bytes, ...facts }: Frame): void {
    this.#facts.push({ ...facts, offset: this.#size, length: bytes.length });
    this.#pending.push(bytes);
    this.#size += bytes.length;
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > bufferSize) this.#write();
  }

  /** All frames in order of time; those of one moment as they came. */
  *frames(): Generator<Frame> {
    this.#write();
    this.#facts.sort((a, b) => Number(a.atNs - b.atNs));
    for (const { offset, length, ...facts } of this.#facts) {
      const bytes = new Uint8Array(length);
      readSync(this.#fd, bytes, 0, length, offset);
      yield { ...facts, bytes };
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(): void {
    const bytes = Buffer.concat(this.#pending.splice(0), this.#pendingBytes);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#fd, bytes, done, bytes.length - done, this.#size - bytes.length + done);
    }
    this.#pendingBytes = 0;
  }
}
