import { fchownSync } from 'node:fs';
import { type ExistingSocket, Socket } from '../../index.js';
import { patient } from '../../lab/record/patience.js';
import { pause } from '../../pause.js';
import { closedStages, type Device, type First, optionsOf, type Place, shownAs, type Table } from './dimensions.js';

/** A user that nobody is, besides the one that runs. */
export const otherUser = 1000;

/** Listeners on 0.0.0.0 and on `::1`. */
export interface Servers {
  readonly IPv4: Socket;
  readonly IPv6: Socket;
}

/** Where first sockets connect to, and the indices of the devices. */
export interface Surroundings {
  readonly servers: Servers;
  /** What comes there is lost. */
  readonly deaf: Servers;
  readonly indexOf: Readonly<Record<Device, number>>;
  readonly uid: number;
}

export const serverPort = 1;
/** Where a listener loses what comes. */
export const deafPort = 2;

/** A program of classic BPF that keeps nothing. */
const loseAll = [{ code: 0x06, jt: 0, jf: 0, k: 0 }];

/** What arrives for the socket is lost from now on. */
export function deafen(socket: Socket): void {
  socket.setOption('SO_ATTACH_FILTER', loseAll);
}

/** On loopback a segment is there at once, or when the machine comes to it. */
function shows(socket: Socket, state: string): void {
  for (let tries = 0; tries < 5000; tries++) {
    if (socket.getOption('TCP_INFO').state === state) return;
    pause(1);
  }
  throw new Error(`no ${state} came about`);
}

/** The first socket of a pair, as the kernel has it and as the model is told. */
export interface Standing {
  readonly existing: ExistingSocket;
  /** The socket itself, where there is a descriptor still. */
  readonly socket: Socket | undefined;
  readonly open: readonly Socket[];
}

function opened(protocol: 'tcp' | 'udp', first: First): Socket {
  const type = protocol === 'tcp' ? 'stream' : 'dgram';
  return Socket.open({ family: first.place.family, type, options: optionsOf(first) });
}

function give(socket: Socket, table: Table): Socket {
  if (table.otherUser) fchownSync(socket.fd, otherUser, -1);
  return socket;
}

function describe(table: Table, first: First, port: number, around: Surroundings): ExistingSocket {
  const { place, sharing, device } = first;
  return {
    protocol: table.protocol,
    family: place.family,
    state: table.protocol === 'udp' && table.stage === 'bound' ? 'CLOSE' : shownAs[table.stage],
    localAddress: place.address,
    localPort: port,
    uid: table.otherUser ? otherUser : around.uid,
    interfaceIndex: around.indexOf[device],
    options: sharing.options,
    ...(place.address === '::' && { v6only: place.v6only }),
  };
}

const loopback = { IPv4: '127.0.0.1', IPv6: '::1', mapped: '::ffff:127.0.0.1' } as const;

function isMapped({ address }: Place): boolean {
  return address.startsWith('::ffff:');
}

function destinationFrom(place: Place): string {
  if (isMapped(place)) return loopback.mapped;
  return loopback[place.family];
}

/** Binds and connects it: its wildcard becomes an address. */
function connected(table: Table, first: First, port: number, around: Surroundings): Standing {
  const { place } = first;
  const socket = give(opened(table.protocol, first), table).bind({ address: place.address, port });
  const to = destinationFrom(place);
  const server = around.servers[isMapped(place) || place.family === 'IPv4' ? 'IPv4' : 'IPv6'];
  const remotePort = table.stage === 'SYN_SENT' ? deafPort : serverPort;
  socket.tryConnect({ address: to, port: remotePort });
  const isAnswered = table.protocol === 'tcp' && table.stage === 'connected';
  const accepted = isAnswered ? server.tryAccept() : undefined;
  const isWildcard = ['0.0.0.0', '::', '::ffff:0.0.0.0'].includes(place.address);
  const existing: ExistingSocket = {
    ...describe(table, first, port, around),
    localAddress: isWildcard ? to : place.address,
    remoteAddress: to,
    remotePort,
    // What bind(2) set stays, whatever connect(2) makes of the address.
    v6only: place.family === 'IPv6' && !isMapped(place) ? place.v6only || !isWildcard : false,
    portFrom: 'bind',
  };
  return { existing, socket, open: accepted === undefined ? [socket] : [socket, accepted] };
}

/** Ends a connection as far as the stage says, from the server's side. Returns what stays open. */
function endAt(stage: Table['stage'], server: Socket, client: Socket): readonly Socket[] {
  switch (stage) {
    case 'CLOSE_WAIT':
      client.shutdown('write');
      return [server, client];
    case 'FIN_WAIT1':
      deafen(client);
      server.shutdown('write');
      return [server, client];
    case 'FIN_WAIT1, closed':
      deafen(client);
      server.close();
      return [client];
    case 'CLOSING':
      deafen(client);
      server.shutdown('write');
      client.shutdown('write');
      return [server, client];
    case 'LAST_ACK':
    case 'LAST_ACK, closed':
      client.shutdown('write');
      shows(server, 'CLOSE_WAIT');
      deafen(client);
      if (stage === 'LAST_ACK') server.shutdown('write');
      else server.close();
      return stage === 'LAST_ACK' ? [server, client] : [client];
    case 'FIN_WAIT2':
      server.shutdown('write');
      return [server, client];
    case 'FIN_WAIT2, closed lately':
      // Above a minute FIN_WAIT2 stays a full socket for the rest, tcp_close() and tcp_fin_time().
      server.setOption('TCP_LINGER2', 120);
      server.close();
      return [client];
    case 'FIN_WAIT2, closed':
      server.close();
      return [client];
    case 'TIME_WAIT':
      server.close();
      client.close();
      return [];
    default:
      return [server, client];
  }
}

const longestMs = 2000;

/**
 * The connection of a client whose connect(2) has returned. Over `lo` its handshake is mostly done by then; on one busy CPU
 * ksoftirqd may still have it.
 */
function nextConnection(listener: Socket): Socket | undefined {
  const endMs = performance.now() + patient(longestMs);
  let server = listener.tryAccept();
  while (server === undefined && performance.now() < endMs) server = listener.tryAccept();
  return server;
}

/** Accepts a connection from a listener that is closed then, and ends it as far as the stage says. */
function accepted(table: Table, first: First, port: number, around: Surroundings): Standing {
  const { place, to = place } = first;
  using listener = opened('tcp', first).bind({ address: place.address, port }).listen();
  const client = Socket.open({ family: isMapped(to) ? 'IPv4' : to.family });
  client.tryConnect({ address: isMapped(to) ? loopback.IPv4 : to.address, port });
  const server = nextConnection(listener);
  if (server === undefined) throw new Error(`${table.name}: nobody was there to be accepted on port ${port}`);
  give(server, table);
  const existing: ExistingSocket = {
    ...describe(table, first, port, around),
    localAddress: to.address,
    // Taken over from the listener, which has it from its bind to a specific address.
    v6only: place.family === 'IPv6' && !isMapped(place) && (place.v6only || place.address !== '::'),
    minisocket: table.stage === 'TIME_WAIT' || table.stage === 'FIN_WAIT2, closed',
    portFrom: 'bind',
  };
  const isClosed = closedStages.includes(table.stage);
  return { existing, socket: isClosed ? undefined : server, open: endAt(table.stage, server, client) };
}

/** Makes the first socket on a port that nobody had before. */
export function makeFirst(table: Table, first: First, port: number, around: Surroundings): Standing {
  if (first.to !== undefined) return accepted(table, first, port, around);
  if (table.stage === 'connected' || table.stage === 'SYN_SENT') return connected(table, first, port, around);
  const socket = give(opened(table.protocol, first), table).bind({ address: first.place.address, port });
  if (table.stage === 'listening') socket.listen();
  return { existing: describe(table, first, port, around), socket, open: [socket] };
}
