import type { OptionValues } from '../index.js';
import type { Endpoint, Host } from './host.js';
import type { LabSocket } from './lab-socket.js';

/** Both ends of a connection and the listener it came through. */
export interface Connection {
  readonly listener: LabSocket;
  readonly server: LabSocket;
  readonly client: LabSocket;
}

export interface ConnectionSettings extends Partial<Endpoint> {
  /** Where the client is; the server's host if absent. */
  readonly clientHost?: Host;
  /** Set on the listener before bind, so on what it accepts too. */
  readonly options?: OptionValues;
  readonly clientOptions?: OptionValues;
  readonly from?: Partial<Endpoint>;
}

/** A listener on `host` (its address A, a port the kernel chooses, unless told otherwise) and one connection to it. */
export async function connection(host: Host, settings: ConnectionSettings = {}): Promise<Connection> {
  const { clientHost = host, options, clientOptions, from, address = host.A, port = 0 } = settings;
  const listener = host.listen({ address, port, ...(options !== undefined && { options }) });
  const target = { address: address === host.ANY ? host.A : address, port: listener.local.port };
  const client = await clientHost.connect(target, {
    ...(from !== undefined && { from }),
    ...(clientOptions !== undefined && { options: clientOptions }),
  });
  return { listener, server: await listener.accept('server'), client };
}

/** Closes `first`, lets the other end see it, and closes that: `first` is in TIME_WAIT when this returns. */
export async function closeInOrder(first: LabSocket, last: LabSocket): Promise<void> {
  const { port: localPort } = first.local;
  const { port: remotePort } = first.remote;
  first.close();
  await last.recv();
  last.close();
  await first.host.waitFor({ localPort, remotePort, state: 'TIME_WAIT' }, `${first.name} closed first`);
}
