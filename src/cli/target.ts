import { isIP } from 'node:net';
import { UsageError } from '../index.js';

/** An address and port as people write them and errors print them: `8080`, `:8080`, `127.0.0.1:8080`, `[::1]:8080`, `:::8080`. */
export interface Target {
  readonly address?: string;
  readonly port: number;
}

/** Reads a port. */
export function portArgument(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new UsageError('ERR_OUT_OF_RANGE', `${JSON.stringify(text)} is not a port (0 to 65535)`);
}

/** Reads an address with its port. */
export function targetArgument(text: string): Target {
  const colon = text.lastIndexOf(':');
  const port = portArgument(text.slice(colon + 1));
  const host = text.slice(0, Math.max(0, colon)).replace(/^\[(.*)\]$/, '$1');
  if (host === '') return { port };
  if (isIP(host) !== 0) return { address: host, port };
  // Node prints [::]:8080 as :::8080.
  throw new UsageError(
    'ERR_ADDRESS_INVALID',
    `${JSON.stringify(host)} is not an IP address; write 8080, 127.0.0.1:8080 or [::1]:8080`,
  );
}
