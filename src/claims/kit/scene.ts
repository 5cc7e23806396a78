import { smallBuffers } from './connection.js';
import type { ExperimentContext } from '../../lab/run/experiment.js';
import type { Host } from '../../lab/network/host.js';
import type { LabSocket } from '../../lab/network/lab-socket.js';

/** A server with one client. */
export interface Scene {
  readonly server: Host;
  readonly client: Host;
  readonly listener: LabSocket;
  /** The accepted end. */
  readonly s: LabSocket;
  readonly c: LabSocket;
}

/** Two hosts and a connection between them; its buffers are full after some kilobytes if they are `small`. */
export async function connected({ host }: ExperimentContext, buffers?: 'small'): Promise<Scene> {
  const [server, client] = [host('server'), host('client')];
  const small = buffers === 'small';
  const listener = server.listen({ port: 8080, ...(small && { options: smallBuffers.options }) });
  const c = await client.connect(server, 8080, small ? { options: smallBuffers.clientOptions } : {});
  const s = await listener.accept('server');
  return { server, client, listener, s, c };
}

/** Variants that are told apart by their names alone. */
export function byName<Name extends string>(names: readonly Name[]): Readonly<Record<string, Name>> {
  return Object.fromEntries(names.map((name) => [name, name]));
}
