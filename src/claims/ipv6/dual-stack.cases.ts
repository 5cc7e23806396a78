import {
  type Case,
  closeInOrder,
  defineCase,
  groundOf,
  type Host,
  type LabSocket,
  outcome,
  type Stage,
} from '../kit/index.js';

/** Where a server is: of either family, and for IPv6 whether it is closed to IPv4. */
const places = {
  '0.0.0.0': { family: 'IPv4', address: '0.0.0.0' },
  A: { family: 'IPv4', address: '192.168.0.1' },
  '[::]': { family: 'IPv6', address: '::' },
  '[::] v6only': { family: 'IPv6', address: '::', v6only: true },
  '[A6]': { family: 'IPv6', address: 'fd00::1' },
  '[::ffff:A]': { family: 'IPv6', address: '::ffff:192.168.0.1' },
} as const;
type Place = keyof typeof places;

const port = 8080;

/** Socket, bind, listen. */
function serve(host: Host, place: Place, name: string): LabSocket {
  const { family, address, ...more } = places[place];
  const socket = host.open({ name, family });
  // net.ipv6.bindv6only is for the machine to choose.
  if (family === 'IPv6') socket.setOption('IPV6_V6ONLY', 'v6only' in more);
  return socket.bind({ address, port }).listen();
}

interface Beside {
  readonly first: Place | 'TIME_WAIT of A on [::]';
  readonly second: Place;
}

/** Of a server on [::] that was called at A, and closed first. */
async function mappedTimeWait(host: Host): Promise<void> {
  const listener = serve(host, '[::]', 'old');
  const client = await host.connect({ address: host.A, port });
  await closeInOrder(await listener.accept('old server'), client);
  listener.close();
  host.look('the TIME_WAIT', { localPort: port });
}

async function second(stage: Stage, given: Beside): Promise<string> {
  const { host } = await groundOf(stage, 'IPv6', 'host');
  if (given.first === 'TIME_WAIT of A on [::]') await mappedTimeWait(host);
  else serve(host, given.first, 'first');
  return outcome(() => serve(host, given.second, 'second'));
}

/** IPv4 addresses a place has, and whether it has IPv6 ones. */
function covers(place: Beside['first']): { readonly four: 'all' | 'A' | 'none'; readonly six: 'all' | 'A6' | 'none' } {
  switch (place) {
    case '0.0.0.0':
      return { four: 'all', six: 'none' };
    case 'A':
    case '[::ffff:A]':
    case 'TIME_WAIT of A on [::]':
      return { four: 'A', six: 'none' };
    case '[::]':
      return { four: 'all', six: 'all' };
    case '[::] v6only':
      return { four: 'none', six: 'all' };
    case '[A6]':
      return { four: 'none', six: 'A6' };
  }
}

function overlap({ first, second: next }: Beside): boolean {
  const [one, other] = [covers(first), covers(next)];
  return (one.four !== 'none' && other.four !== 'none') || (one.six !== 'none' && other.six !== 'none');
}

const firsts = [...(Object.keys(places) as Place[]), 'TIME_WAIT of A on [::]'] as const;
const crossing: readonly Beside[] = firsts.flatMap((first) =>
  (Object.keys(places) as Place[]).map((next) => ({ first, second: next })),
);

/** One is of IPv4 and the other of IPv6, by the family of the sockets. */
function isOfTwoFamilies({ first, second: next }: Beside): boolean {
  const familyOf = (place: Beside['first']): string =>
    place === 'TIME_WAIT of A on [::]' ? 'IPv6' : places[place].family;
  return familyOf(first) !== familyOf(next);
}

const twoFamilies = defineCase<Beside, string>({
  id: 'V3',
  articles: [],
  title: 'IPv4 beside IPv6 on one port',
  claim: 'A socket of IPv4 and one of IPv6 never conflict, as each has addresses of its own.',
  rules: ['addresses-apart', 'held-by-listener', 'held-by-time-wait', 'time-wait-has-one-address'],
  advice:
    'Set IPV6_V6ONLY on a server for [::] that is to run beside one for 0.0.0.0. Without it [::] has every IPv4 address too, and after a restart the TIME_WAIT of an IPv4 client is in the way of IPv4 servers.',
  needs: ['ipv6'],
  bindsBeside: true,
  sideBySide: 4,
  rows: crossing.map((given) => ({
    name: `${given.first}, then ${given.second}`,
    cell: { line: `${given.first} first`, column: `then ${given.second}` },
    given,
    // Of two of one family it does not speak.
    ...(isOfTwoFamilies(given) ? { says: 'ok' } : {}),
  })),
  run: second,
  laws: [
    {
      text: 'A socket on [::] has every IPv4 address too, unless IPV6_V6ONLY is set, and [::ffff:A] is A. So is the TIME_WAIT of a client that came over IPv4: it is in the way of A, 0.0.0.0 and [::], and not of IPv6 addresses or of [::] with IPV6_V6ONLY.',
      rows: (given) => (overlap(given) ? 'EADDRINUSE' : 'ok'),
    },
    {
      text: 'A socket of IPv4 and one of IPv6 never conflict.',
      rows: (given) => (isOfTwoFamilies(given) ? 'ok' : overlap(given) ? 'EADDRINUSE' : 'ok'),
    },
  ],
});

/** What IPv6 sockets have to do with IPv4 ones. */
export const dualStackCases: readonly Case[] = [twoFamilies];
