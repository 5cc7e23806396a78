import type * as net from 'node:net';
import { writeOptions } from '../options/access.js';
import type { OptionValues } from '../options/types.js';
import { afterEach, bottomHandle } from './node-internals.js';

/** What the setters of a net.Socket write: uv_tcp_keepalive() has an interval and a count of its own. */
const writtenBy = {
  setNoDelay: ['TCP_NODELAY'],
  setKeepAlive: ['SO_KEEPALIVE', 'TCP_KEEPIDLE', 'TCP_KEEPINTVL', 'TCP_KEEPCNT'],
  setTypeOfService: ['IP_TOS', 'IPV6_TCLASS'],
} as const;

/** Those of `options` that are among `names`. */
function among(options: OptionValues, names: readonly (keyof OptionValues)[]): OptionValues {
  return Object.fromEntries(names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
}

/**
 * Keeps what `options` says on `socket`, though its setNoDelay() and setKeepAlive() are called later: what they have
 * overwritten is set again at once. On the handle and not on the object, because a TLSSocket over it calls that one too.
 */
export function keepOptions(socket: net.Socket, options: OptionValues = {}): void {
  const handle = bottomHandle(socket);
  if (handle === undefined) return;
  for (const [setter, names] of Object.entries(writtenBy)) {
    const kept = among(options, names);
    if (Object.keys(kept).length === 0) continue;
    afterEach(handle, setter as keyof typeof writtenBy, () => {
      // Closed, or not open yet: there is nothing that could have been overwritten.
      if (handle.fd !== undefined && handle.fd >= 0) writeOptions(handle.fd, kept);
    });
  }
}
