import type { Cluster } from 'node:cluster';

/** Modules of Node that load when they are first asked for: `node:tls` and what it needs take longer than this package. */
export const late = {
  get cluster(): Cluster {
    // Declared as an ES module, and the object itself.
    return process.getBuiltinModule('node:cluster') as unknown as Cluster;
  },
  get https() {
    return process.getBuiltinModule('node:https');
  },
  get tls() {
    return process.getBuiltinModule('node:tls');
  },
} as const;
