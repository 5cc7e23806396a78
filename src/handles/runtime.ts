import { UsageError } from '../errors.js';

type Runtime = 'Bun' | 'Deno';

const runtime: Runtime | undefined =
  'bun' in process.versions ? 'Bun' : 'deno' in process.versions ? 'Deno' : undefined;

/** What a runtime's `node:net` and `node:dgram` do not do with a descriptor; found by trying, Bun 1.4.5 and Deno 2.9.6. */
const lacks: Readonly<Record<Runtime, Readonly<Record<'connect' | 'listen' | 'read', string | undefined>>>> = {
  Bun: {
    connect: 'a net.Socket of its reads nothing from a descriptor it is given',
    listen: undefined,
    read: undefined,
  },
  Deno: {
    connect: 'its net.Socket has no descriptor',
    listen: 'its servers and datagram sockets ignore a descriptor they are given',
    read: 'its sockets and servers have no descriptor',
  },
};

/** Throws where this runtime would accept a descriptor and do nothing with it, or has none to give. */
export function needsDescriptors(call: string, use: 'connect' | 'listen' | 'read'): void {
  const lack = runtime === undefined ? undefined : lacks[runtime][use];
  if (lack === undefined) return;
  throw new UsageError('ERR_NOT_SUPPORTED', `${call}: not on ${runtime}, ${lack}; use Socket`);
}

/** Bun's http servers are no net.Server. */
export function serverOfBun(server: unknown): boolean {
  return runtime === 'Bun' && typeof server === 'object' && server !== null && 'listen' in server;
}
