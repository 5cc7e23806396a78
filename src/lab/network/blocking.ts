import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { LabSocket } from './lab-socket.js';

/**
 * Clears O_NONBLOCK, which belongs to the open file: libuv does so for what a child gets as its standard input
 * (uv__process_child_init()).
 */
export function makeBlocking({ host, name, socket }: LabSocket): void {
  // The child does so before it finds that there is no such program.
  spawnSync('/proc/self/no-such-file', [], { stdio: [socket.fd, 'ignore', 'ignore'] });
  const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${socket.fd}`, 'utf8'))?.[1] ?? '';
  const O_NONBLOCK = 0o4000;
  const blocking = (Number.parseInt(flags, 8) & O_NONBLOCK) === 0;
  if (!blocking) throw new Error(`O_NONBLOCK is still set: ${flags}`);
  host.called('fcntl', ['F_SETFL', 'without O_NONBLOCK'], { actor: name });
}
