import { type Socket, tcpInfoFields } from '../../index.js';
import type { Lookup } from './code.js';

/** Numbers of states as the kernel has them: include/net/tcp_states.h. */
const states = [
  '',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
  'NEW_SYN_RECV',
];
/** enum tcp_ca_state, linux/tcp.h. */
const congestionStates = ['Open', 'Disorder', 'CWR', 'Recovery', 'Loss'];

const constants: Readonly<Record<string, number>> = {
  ...Object.fromEntries(states.map((name, index) => [`TCP_${name}`, index])),
  ...Object.fromEntries(congestionStates.map((name, index) => [`TCP_CA_${name}`, index])),
  TCPI_OPT_TIMESTAMPS: 1,
  TCPI_OPT_SACK: 2,
  TCPI_OPT_WSCALE: 4,
  TCPI_OPT_ECN: 8,
  TCPI_OPT_ECN_SEEN: 16,
  TCPI_OPT_SYN_DATA: 32,
};

const byCName: ReadonlyMap<string, string> = new Map(Object.entries(tcpInfoFields).map(([name, { c }]) => [c, name]));

function numberOfState(name: string): number {
  const congestion = congestionStates.indexOf(name);
  return congestion < 0 ? Math.max(0, states.indexOf(name)) : congestion;
}

/** The fields of `TCP_INFO` by their C names, as they are now, and the constants of linux/tcp.h. */
export function infoNames(socket: Socket | undefined): Lookup {
  const info =
    socket === undefined || socket.closed ? undefined : new Map(Object.entries(socket.getOption('TCP_INFO')));
  return (name) => {
    const key = byCName.get(name);
    if (key === undefined) return Object.hasOwn(constants, name) ? constants[name] : undefined;
    const value: unknown = info?.get(key);
    if (value === undefined) return undefined;
    return typeof value === 'string' ? numberOfState(value) : Number(value);
  };
}
