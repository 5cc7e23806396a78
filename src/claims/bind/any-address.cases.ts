import type { SocketType } from '../../index.js';
import {
  type Case,
  comesTrue,
  defineCase,
  type Host,
  type LabSocket,
  outcome,
  outcomeAsync,
  type Stage,
} from '../kit/index.js';

const port = 21;

type Destination = 'A' | 'B' | '127.0.0.1' | 'an address added after bind' | 'an address removed and added again';

interface AnyAddress {
  readonly type: 'stream' | 'dgram';
  readonly destination: Destination;
}

interface Covered {
  readonly [what: string]: string;
  /** Whether what is sent to the address comes to the socket. */
  readonly reached: 'yes' | 'no';
  /** What another bind() to that very address says. */
  readonly bind: string;
}

const added = '172.16.5.5';

/** The address itself; what is done about it is done after the bind. */
function addressOf(host: Host, destination: Destination): string {
  switch (destination) {
    case 'A':
    case 'B':
      return host[destination];
    case '127.0.0.1':
      return destination;
    case 'an address added after bind':
      host.namespace?.addAddress('lo', `${added}/32`);
      host.note('address added', added);
      return added;
    case 'an address removed and added again':
      host.namespace?.removeAddress('lo', `${host.B}/32`);
      host.namespace?.addAddress('lo', `${host.B}/32`);
      host.note('address removed and added again', host.B);
      return host.B;
  }
}

/** Whether a connection or a datagram to the address comes to the socket. */
async function reaches(socket: LabSocket, type: SocketType, address: string): Promise<boolean> {
  const client = socket.host.open({ name: 'client', type });
  if ((await outcomeAsync(() => client.connect({ address, port }))) !== 'ok') return false;
  if (type === 'dgram') {
    await client.send('hello');
    return await comesTrue(() => socket.socket.tryRecv() !== undefined, 'the datagram');
  }
  let came = false;
  return await comesTrue(() => {
    came ||= socket.tryAccept() !== undefined;
    return came;
  }, 'the connection');
}

async function cover(stage: Stage, { type, destination }: AnyAddress): Promise<Covered> {
  const host = stage.alone();
  const socket = host.open({ name: 'on ANY', type }).bind({ address: host.ANY, port });
  if (type === 'stream') socket.listen();
  const address = addressOf(host, destination);
  const bind = outcome(() => host.open({ name: 'another', type }).bind({ address, port }));
  return { reached: (await reaches(socket, type, address)) ? 'yes' : 'no', bind };
}

const sumOfAddresses = defineCase<AnyAddress, Covered>({
  id: 'C24',
  articles: ['001'],
  title: 'Which addresses a socket on the wildcard has',
  claim:
    'Binding to the wildcard binds each address that the host has at that moment: on a host with 192.168.0.1 and 10.0.0.1 these two.',
  rules: ['wildcard-is-no-list', 'most-specific-wins'],
  advice:
    'Bind to named addresses if new ones are not to be served: a server on the wildcard also answers on an address that a VPN or a container adds later, and it keeps others from binding there.',
  labels: { reached: 'the socket is reached', bind: 'another bind() there' },
  rows: (['stream', 'dgram'] as const).flatMap((type) =>
    (
      [
        ['A', 'yes'],
        ['B', 'yes'],
        // One of the host's addresses, which the article does not count.
        ['127.0.0.1', undefined],
        ['an address added after bind', 'no'],
        ['an address removed and added again', undefined],
      ] as const
    ).map(([destination, says]) => ({
      name: `${type === 'stream' ? 'TCP' : 'UDP'}, ${destination}`,
      given: { type, destination },
      ...(says === undefined ? {} : { says: { reached: says } }),
    })),
  ),
  run: cover,
  laws: [
    {
      text: 'A socket on the wildcard has every address of the host, 127.0.0.0/8 and those that are added later included. On none of them can another socket bind its port.',
      rows: () => ({ reached: 'yes', bind: 'EADDRINUSE' }),
    },
    {
      text: 'A socket on the wildcard has the addresses that the host had at its bind().',
      rows: ({ destination }) =>
        destination === 'an address added after bind'
          ? { reached: 'no', bind: 'ok' }
          : { reached: 'yes', bind: 'EADDRINUSE' },
    },
  ],
});

/** What the wildcard address stands for. */
export const anyAddressCases: readonly Case[] = [sumOfAddresses];
