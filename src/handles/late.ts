import type { Cluster } from 'node:cluster';

/**
 * Modules of Node that load when they are first asked for: `node:tls` and what it needs take longer than this package, `node:net` and its
 * like a tenth of the time of an empty program.
 */
export const late = {
  get cluster(): Cluster {
    // Declared as an ES module, and the object itself.
    return process.getBuiltinModule('node:cluster') as unknown as Cluster;
  },
  get dgram() {
    return process.getBuiltinModule('node:dgram');
  },
  get dns() {
    return process.getBuiltinModule('node:dns');
  },
  get https() {
    return process.getBuiltinModule('node:https');
  },
  get net() {
    return process.getBuiltinModule('node:net');
  },
  get stream() {
    return process.getBuiltinModule('node:stream');
  },
  get tls() {
    return process.getBuiltinModule('node:tls');
  },
} as const;
