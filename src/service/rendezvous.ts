import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SystemCallError, UsageError } from '../errors.js';
import { Socket } from '../socket/socket.js';

/**
 * Where processes of one service meet: in a folder that only its user can enter.
 *
 * @throws {UsageError} `ERR_ADDRESS_INVALID` - the folder is another user's, who would be met there, or others can write to it.
 */
export function meetingPath(name: string): string {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const uid = process.getuid?.() ?? 0;
  const folder = runtime ? join(runtime, 'sockwise') : join(tmpdir(), `sockwise-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o022) !== 0)
    throw new UsageError(
      'ERR_ADDRESS_INVALID',
      `${folder}: expected a folder of user ${uid} that nobody else can write to; remove it, or choose a path`,
    );
  return join(folder, `${name}.sock`);
}

function failedWith(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof SystemCallError && codes.includes(error.code);
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

async function connected(path: string, type: 'seqpacket' | 'stream'): Promise<Socket<'unix'> | undefined> {
  const socket = Socket.open({ family: 'unix', type });
  try {
    await socket.connect({ family: 'unix', path });
    return socket;
  } catch (error) {
    socket.close();
    // Nobody yet, or a socket that a process left behind.
    if (failedWith(error, 'ENOENT', 'ECONNREFUSED')) return undefined;
    throw error;
  }
}

/**
 * Held while a path is examined and bound: two processes that both find a stale socket would unlink each other's. An abstract
 * name goes with its process (unix(7)), so that no lock is ever stale.
 */
export async function lockOf(path: string): Promise<Socket> {
  const name = `\0sockwise ${createHash('sha256').update(path).digest('hex')}`;
  for (;;) {
    const lock = Socket.open({ family: 'unix', type: 'stream' });
    try {
      return lock.bind({ family: 'unix', path: name }).listen();
    } catch (error) {
      lock.close();
      if (!failedWith(error, 'EADDRINUSE')) throw error;
    }
    // Its holder closes every connection by closing the lock: then the queue of the listener is reset.
    const waiting = Socket.open({ family: 'unix', type: 'stream' });
    try {
      await waiting.connect({ family: 'unix', path: name });
      await waiting.recv();
    } catch (error) {
      if (!failedWith(error, 'ECONNREFUSED', 'ECONNRESET')) throw error;
    } finally {
      waiting.close();
    }
  }
}

function bound(path: string): Socket<'unix'> {
  const socket = Socket.open({ family: 'unix', type: 'seqpacket' });
  try {
    return socket.bind({ family: 'unix', path }).listen();
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Who is at a path: a process that serves already, or nobody, and then the path is ours. */
export type Meeting = { readonly predecessor: Socket<'unix'> } | { readonly control: Socket<'unix'> };

/** Connects to the process at `path`, or listens there. What a process left behind when it died is replaced. */
export async function meet(path: string): Promise<Meeting> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const lock = await lockOf(path);
  try {
    const predecessor = await connected(path, 'seqpacket');
    if (predecessor !== undefined) return { predecessor };
    unlinkIfThere(path);
    return { control: bound(path) };
  } finally {
    lock.close();
  }
}

/** Unlinks a path whose listener is gone: bind(2) would fail with EADDRINUSE. */
export async function removeStale(path: string): Promise<void> {
  // An abstract name goes with its socket; anything but a socket is not ours to remove.
  if (path.startsWith('\0') || lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return;
  const listener = await connected(path, 'stream').catch(() => 'another kind of socket' as const);
  if (listener === undefined) unlinkIfThere(path);
  else if (typeof listener !== 'string') listener.close();
}

/** Unlinks the path of a socket that {@link meet} bound: nobody is to be met there any more. */
export function leave(control: Socket<'unix'>): void {
  const { path } = control.getsockname();
  if (path !== '') unlinkIfThere(path);
}

/** Letters, digits, `.`, `_` and `-`: it becomes a part of a path. */
export function checkName(name: unknown): string {
  if (typeof name === 'string' && /^[\w.-]{1,64}$/.test(name) && !name.startsWith('.')) return name;
  throw new UsageError(
    'ERR_ARGUMENT_INVALID',
    `name: expected 1 to 64 letters, digits, "_", "-" or ".", not first ".", got ${JSON.stringify(name)}`,
  );
}
