import { closeInOrder, defineCase, type Host, reuse, type Case } from '../kit/index.js';
import { connectFrom, ground, range, sourcePort } from './source-port.cases.js';
import type { OptionValues } from '../../index.js';

interface Reconnecting {
  /** 0 leaves the port to the system. */
  readonly port: number;
  readonly options: OptionValues;
  /** Connections made and closed before the one that counts. */
  readonly before: number;
  /** Ports in the ephemeral range. */
  readonly ports: number;
}

type Reconnected = { readonly result: string; readonly fourTuple: 'new' | 'used before' | 'none' };

const leftToTheSystem = defineCase<Reconnecting, Reconnected>({
  id: 'C21',
  articles: ['001'],
  title: 'Leaving the source port to the system',
  claim:
    'A client that leaves the source port to the system has no trouble with its own connections in TIME_WAIT: it gets another four-tuple.',
  rules: ['port-chosen', 'no-port-left-for-connect', 'held-by-time-wait', 'time-wait-taken-over'],
  advice:
    'Leave the port to the system, and keep connections open. More than about 470 new ones a second to one destination use up the default range, 32768 to 60999, before the first TIME_WAIT has ended.',
  labels: { result: 'result', fourTuple: 'four-tuple' },
  // The fixed ports are the other side of it, and not what the claim is about.
  rows: [
    {
      name: 'the port left to the system',
      given: { port: 0, options: {}, before: 8, ports: 1000 },
      says: { result: 'ok', fourTuple: 'new' as const },
    },
    {
      name: 'the port left to the system, and all of its ports in TIME_WAIT',
      given: { port: 0, options: {}, before: 8, ports: 8 },
      says: { result: 'ok', fourTuple: 'new' as const },
    },
    {
      name: 'a fixed port, without the option',
      given: { port: sourcePort, options: {}, before: 1, ports: 1000 },
    },
    {
      name: 'a fixed port, with SO_REUSEADDR',
      given: { port: sourcePort, options: reuse, before: 1, ports: 1000 },
    },
  ],
  async run(stage, given) {
    const { client, server } = ground(stage);
    client.setSysctl('net.ipv4.ip_local_port_range', `${range.low} ${range.low + given.ports - 1}`);
    return await reconnect(client, server, given);
  },
  laws: [
    {
      text: 'A port left to the system comes with a new four-tuple, until all ports are in TIME_WAIT: then connect() fails with EADDRNOTAVAIL. A fixed port fails in bind() with EADDRINUSE or, with SO_REUSEADDR, takes the old four-tuple again.',
      rows: {
        'the port left to the system': { result: 'ok', fourTuple: 'new' },
        'the port left to the system, and all of its ports in TIME_WAIT': {
          result: 'connect EADDRNOTAVAIL',
          fourTuple: 'none',
        },
        'a fixed port, without the option': { result: 'bind EADDRINUSE', fourTuple: 'none' },
        'a fixed port, with SO_REUSEADDR': { result: 'ok', fourTuple: 'used before' },
      },
    },
  ],
});

/** Connects and closes first, again and again, then once more. */
async function reconnect(client: Host, server: Host, { port, options, before }: Reconnecting): Promise<Reconnected> {
  const listener = server.listen({ address: server.A, port: 80 });
  const used = new Set<number>();
  for (let made = 0; ; made++) {
    const socket = client.open({ name: `client ${made + 1}`, options });
    const to = listener.local;
    const result = await connectFrom(socket, port === 0 ? undefined : { address: client.ANY, port }, to);
    if (result !== 'ok') return { result, fourTuple: 'none' };
    if (made === before) return { result, fourTuple: used.has(socket.local.port) ? 'used before' : 'new' };
    used.add(socket.local.port);
    await closeInOrder(socket, await listener.accept(`server ${made + 1}`));
  }
}

/** A client that names no port. */
export const leftToTheSystemCases: readonly Case[] = [leftToTheSystem];
