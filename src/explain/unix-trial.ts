import { mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, SystemCallError } from '../errors.js';
import { Socket } from '../socket/socket.js';
import type { UnixAction } from './rules.js';
import { notTried, type Trial } from './trial.js';

type Type = 'stream' | 'dgram' | 'seqpacket';

function bindAt(path: string, type: Type): Trial {
  using socket = Socket.open({ family: 'unix', type });
  try {
    socket.bind({ path });
    return { result: 'works' };
  } catch (error) {
    if (error instanceof SystemCallError) return { result: 'fails', call: 'bind', code: error.code };
    throw error;
  }
}

/** What is in the way: the file alone, or with the socket that made it. */
interface Copy {
  readonly path: string;
  readonly holder: Socket;
  readonly type: Type;
}

const attempts: Readonly<Record<UnixAction, (copy: Copy) => Trial>> = {
  'another path': ({ path, type }) => bindAt(`${path}2`, type),
  'an abstract name': ({ path, type }) => bindAt(`\0${path}`, type),
  unlink: ({ path, type }) => {
    unlinkSync(path);
    return bindAt(path, type);
  },
  'stop and unlink': ({ path, type, holder }) => {
    holder.close();
    unlinkSync(path);
    return bindAt(path, type);
  },
};

export function isUnixAction(action: string | undefined): action is UnixAction {
  return action !== undefined && Object.hasOwn(attempts, action);
}

/** Tries it on a copy in a folder of its own, which is removed again. Without an action: as it is. */
export function tryUnix(isAlive: boolean, type: Type, action?: UnixAction): Trial {
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), 'sockwise-'));
  } catch (error) {
    return notTried(messageOf(error));
  }
  try {
    const path = join(folder, 's');
    using holder = Socket.open({ family: 'unix', type });
    holder.bind({ path });
    if (!isAlive) holder.close();
    return action === undefined ? bindAt(path, type) : attempts[action]({ path, holder, type });
  } catch (error) {
    if (error instanceof SystemCallError) return notTried(error.message);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
