import type { ExistingSocket, OptionValues } from '../../index.js';

/** Somewhere a socket can be bound. */
export interface Place {
  readonly name: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly address: string;
  readonly v6only: boolean;
}

function place(address: string, v6only = false): Place {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  return { name: v6only ? `${address} v6only` : address, family, address, v6only };
}

const [any4, one, two] = ['0.0.0.0', '127.0.0.1', '127.0.0.2'].map((address) => place(address)) as [
  Place,
  Place,
  Place,
];
const dual = place('::');
const v6only = place('::', true);
const one6 = place('::1');
const mappedAny = place('::ffff:0.0.0.0');
const mapped = place('::ffff:127.0.0.1');

/** Of each kind of address one, and of IPv4 a second. */
export const places: readonly Place[] = [any4, one, two, dual, v6only, one6, mappedAny, mapped];

/** Places that can be bound on any device: the kernel looks for IPv6 and v4-mapped addresses on the device itself. */
const anywhere: readonly Place[] = [any4, one, dual, v6only];

/** SO_REUSEADDR and SO_REUSEPORT, with a short name. */
export interface Sharing {
  readonly name: string;
  readonly options: { readonly SO_REUSEADDR?: true; readonly SO_REUSEPORT?: true };
}

export const sharings: readonly Sharing[] = [
  { name: 'none', options: {} },
  { name: 'SO_REUSEADDR', options: { SO_REUSEADDR: true } },
  { name: 'SO_REUSEPORT', options: { SO_REUSEPORT: true } },
  { name: 'both', options: { SO_REUSEADDR: true, SO_REUSEPORT: true } },
];

/** How the first socket came to have its port. A SYN_RECV has none of its own: it is a request of its listener. */
export type Stage =
  | 'bound'
  | 'listening'
  | 'listening later'
  | 'SYN_SENT'
  | 'connected'
  | 'accepted'
  | 'CLOSE_WAIT'
  | 'FIN_WAIT1'
  | 'FIN_WAIT1, closed'
  | 'CLOSING'
  | 'LAST_ACK'
  | 'LAST_ACK, closed'
  | 'FIN_WAIT2'
  | 'FIN_WAIT2, closed'
  | 'FIN_WAIT2, closed lately'
  | 'TIME_WAIT';

/** For what is accepted from a listener: where that listens, and to where the client connects. */
export interface Meeting {
  readonly listener: Place;
  readonly to: Place;
}

const meetings: readonly Meeting[] = [
  { listener: any4, to: one },
  { listener: one, to: one },
  { listener: dual, to: one6 },
  { listener: dual, to: mapped },
  { listener: v6only, to: one6 },
  { listener: one6, to: one6 },
  { listener: mapped, to: mapped },
];

/** How a stage shows in the socket table. */
export const shownAs: Readonly<Record<Stage, ExistingSocket['state']>> = {
  bound: 'BOUND',
  listening: 'LISTEN',
  'listening later': 'BOUND',
  SYN_SENT: 'SYN_SENT',
  connected: 'ESTABLISHED',
  accepted: 'ESTABLISHED',
  CLOSE_WAIT: 'CLOSE_WAIT',
  FIN_WAIT1: 'FIN_WAIT1',
  'FIN_WAIT1, closed': 'FIN_WAIT1',
  CLOSING: 'CLOSING',
  LAST_ACK: 'LAST_ACK',
  'LAST_ACK, closed': 'LAST_ACK',
  FIN_WAIT2: 'FIN_WAIT2',
  'FIN_WAIT2, closed': 'FIN_WAIT2',
  'FIN_WAIT2, closed lately': 'FIN_WAIT2',
  TIME_WAIT: 'TIME_WAIT',
};

/** Stages in which no process has the first socket any more. */
export const closedStages: readonly Stage[] = [
  'FIN_WAIT1, closed',
  'LAST_ACK, closed',
  'FIN_WAIT2, closed',
  'FIN_WAIT2, closed lately',
  'TIME_WAIT',
];

/** Devices by name, `none` for a socket that is bound to none. */
export type Device = 'none' | 'lo' | 'eth0';

/** The socket that is there first. */
export interface First {
  readonly place: Place;
  /** Only where it is accepted from a listener, which is at `place`. */
  readonly to?: Place;
  readonly sharing: Sharing;
  readonly device: Device;
}

/** The socket that comes second. */
export interface Second {
  readonly place: Place;
  readonly sharing: Sharing;
  readonly device: Device;
}

/** Firsts and seconds that make one table: every first with every second. */
export interface Table {
  readonly name: string;
  /** The name without whose the first socket is. */
  readonly situation: string;
  readonly protocol: 'tcp' | 'udp';
  readonly stage: Stage;
  /** Whether the first socket belongs to another user. */
  readonly otherUser: boolean;
  readonly firsts: readonly First[];
  readonly seconds: readonly Second[];
}

function bindings(at: readonly Place[], devices: readonly Device[] = ['none']): readonly Second[] {
  return devices.flatMap((device) =>
    at.flatMap((where) => sharings.map((sharing) => ({ place: where, sharing, device }))),
  );
}

function acceptedFrom(at: readonly Meeting[]): readonly First[] {
  return at.flatMap(({ listener, to }) =>
    sharings.map((sharing) => ({ place: listener, to, sharing, device: 'none' as const })),
  );
}

const accepted = acceptedFrom(meetings);
/** Of each family one: these states are alike in all but who their user is. */
const closing = acceptedFrom(meetings.filter(({ listener, to }) => [any4, dual].includes(listener) && to !== one6));

const devices: readonly Device[] = ['none', 'lo', 'eth0'];

type Line = readonly [Table['protocol'], Stage, firsts: readonly First[]];

const everywhere = bindings(places);

const lines: readonly Line[] = [
  ['tcp', 'bound', everywhere],
  ['tcp', 'listening', everywhere],
  ['tcp', 'listening later', everywhere],
  ['tcp', 'connected', bindings(places.filter((where) => where !== two))],
  ['tcp', 'SYN_SENT', bindings([any4, one, one6])],
  ['tcp', 'accepted', accepted],
  ['tcp', 'CLOSE_WAIT', accepted],
  ['tcp', 'FIN_WAIT1', closing],
  ['tcp', 'FIN_WAIT1, closed', closing],
  ['tcp', 'CLOSING', closing],
  ['tcp', 'LAST_ACK', closing],
  ['tcp', 'LAST_ACK, closed', closing],
  ['tcp', 'FIN_WAIT2', accepted],
  ['tcp', 'FIN_WAIT2, closed lately', accepted],
  ['tcp', 'FIN_WAIT2, closed', accepted],
  ['tcp', 'TIME_WAIT', accepted],
  ['udp', 'bound', everywhere],
  ['udp', 'connected', everywhere],
];

function tableOf([protocol, stage, firsts]: Line, otherUser: boolean): Table {
  const situation = `${protocol.toUpperCase()}, ${stage}`;
  return {
    name: `${situation}${otherUser ? ', other user' : ''}`,
    situation,
    protocol,
    stage,
    otherUser,
    firsts,
    seconds: everywhere,
  };
}

const onDevices: readonly Table[] = (['bound', 'listening'] as const).flatMap((stage) =>
  (stage === 'bound' ? (['tcp', 'udp'] as const) : (['tcp'] as const)).map((protocol) => {
    const situation = `${protocol.toUpperCase()}, ${stage}, on devices`;
    const all = bindings(anywhere, devices);
    return { name: situation, situation, protocol, stage, otherUser: false, firsts: all, seconds: all };
  }),
);

/** Every pair of sockets that is tried, as tables of firsts and seconds. */
export const tables: readonly Table[] = [
  // Minisockets too: that they have no user is a rule like the others.
  ...lines.flatMap((line) => [tableOf(line, false), tableOf(line, true)]),
  ...onDevices,
];

/** As it is given to setsockopt(2). */
export function optionsOf({ place: where, sharing, device }: Second): OptionValues {
  return {
    ...sharing.options,
    ...(where.family === 'IPv6' && { IPV6_V6ONLY: where.v6only }),
    ...(device !== 'none' && { SO_BINDTODEVICE: device }),
  };
}

/** `0.0.0.0 SO_REUSEADDR lo`; of what is accepted from a listener also to where its client connects. */
export function nameOf({ place: where, sharing, device, to }: First): string {
  const more = [...(device === 'none' ? [] : [device]), ...(to === undefined ? [] : ['to', to.address])];
  return [where.name, sharing.name, ...more].join(' ');
}
