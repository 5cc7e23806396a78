import type * as net from 'node:net';

/** Where a call of a net.Socket's connect() goes. */
export interface ClientPlace {
  /** `localhost` where the call names none, as in Node. */
  readonly host: string;
  readonly port: number;
  readonly path: string | undefined;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly family: 'IPv4' | 'IPv6' | undefined;
  readonly lookup: net.LookupFunction | undefined;
}

/** What names a place, in whatever form. */
interface Named {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
}

const families: Readonly<Record<string, 'IPv4' | 'IPv6'>> = { 4: 'IPv4', 6: 'IPv6', IPv4: 'IPv4', IPv6: 'IPv6' };

/** A string is a path unless it is a number: `isPipeName()` of lib/net.js. */
function isPath(value: unknown): value is string {
  return typeof value === 'string' && !(Number(value) >= 0);
}

/** The options that the forms of connect() stand for: `(options)`, `(path)`, `(port, host)`; net.connect() passes them in an array. */
function optionsOf(args: readonly unknown[]): Record<string, unknown> {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) return first as Record<string, unknown>;
  if (isPath(first)) return { path: first };
  return { port: first, host: typeof second === 'string' ? second : undefined };
}

/** Where `socket.connect(...args)` goes. Nothing is checked: a wrong type stays what it is. */
export function clientPlace(args: readonly unknown[]): ClientPlace {
  const { host, port, path, localAddress, localPort, family, lookup } = optionsOf(args);
  return {
    host: host || 'localhost',
    port: typeof port === 'string' && port.trim() !== '' ? Number(port) : port,
    path: path || undefined,
    localAddress: localAddress || undefined,
    localPort: localPort || undefined,
    family: families[String(family)],
    lookup: lookup ?? undefined,
  } as ClientPlace;
}

/** True if both are one Unix path, or one port of one name: names are compared as they are written, not looked up. */
export function samePlace(one: Named, other: Named): boolean {
  if (one.path !== undefined || other.path !== undefined) return one.path === other.path;
  return one.port === other.port && String(one.host).toLowerCase() === String(other.host).toLowerCase();
}
