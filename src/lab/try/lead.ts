import { Socket, UsageError } from '../../index.js';
import { until } from '../record/until.js';
import type { StateWord } from './scenario.js';

/** Runs work where the sockets are. */
export type Inside = <T>(work: () => T) => T;

/** What a connection was led to: the socket that has the state, and those it needs. */
export interface Led {
  /** Absent where the kernel alone has the state left. */
  readonly socket: Socket | undefined;
  readonly helpers: readonly Socket[];
}

/** A program of classic BPF that keeps nothing: what arrives for the socket is lost. */
const loseAll = [{ code: 0x06, jt: 0, jf: 0, k: 0 }];

/** What TCP_INFO says while a descriptor is open: a TIME_WAIT is a minisocket, and the socket itself is closed. */
async function shows(socket: Socket, state: string): Promise<void> {
  await until(() => socket.getOption('TCP_INFO').state === state || undefined, `a socket in ${state}`);
}

/** Ends a connection as far as `state`, from the side of `server`. */
export async function lead(inside: Inside, server: Socket, client: Socket, state: StateWord): Promise<Led> {
  const both = { socket: server, helpers: [client] };
  const deaf = (): unknown => inside(() => client.setOption('SO_ATTACH_FILTER', loseAll));
  switch (state) {
    case 'established':
      await shows(server, 'ESTABLISHED');
      return both;
    case 'close-wait':
      client.shutdown('write');
      await shows(server, 'CLOSE_WAIT');
      return both;
    case 'fin-wait1':
      deaf();
      server.shutdown('write');
      await shows(server, 'FIN_WAIT1');
      return both;
    case 'fin-wait2':
      server.shutdown('write');
      await shows(server, 'FIN_WAIT2');
      return both;
    case 'closing':
      deaf();
      server.shutdown('write');
      client.shutdown('write');
      await shows(server, 'CLOSING');
      return both;
    case 'last-ack':
      client.shutdown('write');
      await shows(server, 'CLOSE_WAIT');
      deaf();
      server.shutdown('write');
      await shows(server, 'LAST_ACK');
      return both;
    case 'time-wait':
      server.shutdown('write');
      await shows(server, 'FIN_WAIT2');
      client.close();
      await shows(server, 'CLOSE');
      server.close();
      return { socket: undefined, helpers: [] };
    case 'syn-sent':
      throw new UsageError('ERR_ARGUMENT_INVALID', 'syn-sent: a connection that was accepted has been answered');
  }
}

/** Leads a socket to SYN_SENT: it connects to a listener to which its SYN is lost. */
export function leadToSynSent(inside: Inside, socket: Socket, loopback: string): Led {
  return inside(() => {
    const listener = Socket.open({ family: socket.family }).bind({ address: loopback }).listen();
    listener.setOption('SO_ATTACH_FILTER', loseAll);
    const name = listener.getsockname();
    socket.tryConnect({ address: loopback, port: 'port' in name ? name.port : 0 });
    return { socket, helpers: [listener] };
  });
}
