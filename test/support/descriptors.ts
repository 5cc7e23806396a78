import { readdirSync, readlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect } from 'vitest';

/** The descriptors of this process that are sockets, each with the inode that tells it from a later owner of its number. */
export function socketDescriptors(): string[] {
  const found: string[] = [];
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      if (target.startsWith('socket:')) found.push(`${fd} ${target}`);
    } catch {
      // The directory's own descriptor is gone by now.
    }
  }
  return found.sort();
}

/** Every test of the file must close what it opens. What another file of this process left may be collected meanwhile. */
export function expectNoLeakedSockets(): void {
  let before: string[] = [];
  beforeEach(() => {
    before = socketDescriptors();
  });
  afterEach(() => {
    expect(socketDescriptors().filter((socket) => !before.includes(socket))).toEqual([]);
  });
}
