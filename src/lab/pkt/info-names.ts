import { congestionStates, type Socket, tcpInfoFields, tcpStates } from '../../index.js';
import type { Lookup } from './code.js';

const constants: Readonly<Record<string, number>> = {
  ...Object.fromEntries(tcpStates.map((name, index) => [`TCP_${name ?? ''}`, index])),
  ...Object.fromEntries(congestionStates.map((name, index) => [`TCP_CA_${name}`, index])),
  TCPI_OPT_TIMESTAMPS: 1,
  TCPI_OPT_SACK: 2,
  TCPI_OPT_WSCALE: 4,
  TCPI_OPT_ECN: 8,
  TCPI_OPT_ECN_SEEN: 16,
  TCPI_OPT_SYN_DATA: 32,
};

const byCName: ReadonlyMap<string, string> = new Map(Object.entries(tcpInfoFields).map(([name, { c }]) => [c, name]));

/** A 1 for every name there is. */
export const knownNames: Lookup = (name) => (byCName.has(name) || Object.hasOwn(constants, name) ? 1 : undefined);

/** The fields of `TCP_INFO` by their C names, as they are now, and the constants of linux/tcp.h. */
export function infoNames(socket: Socket | undefined): Lookup {
  const info =
    socket === undefined || socket.closed ? undefined : new Map(Object.entries(socket.getOption('TCP_INFO')));
  return (name) => {
    const key = byCName.get(name);
    if (key === undefined) return Object.hasOwn(constants, name) ? constants[name] : undefined;
    const value: unknown = info?.get(key);
    if (value === undefined) return undefined;
    // States have names here, of two tables that share none.
    return typeof value === 'string' ? (constants[`TCP_${value}`] ?? constants[`TCP_CA_${value}`]) : Number(value);
  };
}
