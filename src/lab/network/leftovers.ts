import { fstatSync, readdirSync, statSync } from 'node:fs';
import type { NetworkNamespace } from '../../index.js';

// A process may have forked between the listing and its end.
const rounds = 3;

const inUse = new Set<NetworkNamespace>();

function processesIn(namespace: NetworkNamespace): number[] {
  const { dev, ino } = fstatSync(namespace.fd);
  const isInside = (pid: number): boolean => {
    try {
      const own = statSync(`/proc/${pid}/ns/net`);
      return own.dev === dev && own.ino === ino;
    } catch {
      // It is gone, or another user's.
      return false;
    }
  };
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => pid !== process.pid && isInside(pid));
}

/** Kills what runs in the namespace: programs started there, and what they have started, in whatever process group. */
export function endProcessesIn(namespace: NetworkNamespace): void {
  inUse.delete(namespace);
  for (let round = 0; round < rounds; round++) {
    const found = processesIn(namespace);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
  }
}

/** The same if this process ends before, as by process.exit() in a script. */
export function endProcessesAtExit(namespace: NetworkNamespace): void {
  // Once: a process may play many runs, one after the other.
  if (!process.listeners('exit').includes(endAll)) process.once('exit', endAll);
  inUse.add(namespace);
}

function endAll(): void {
  for (const namespace of inUse) endProcessesIn(namespace);
}
