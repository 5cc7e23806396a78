import {
  type Case,
  closeInOrder,
  defineCase,
  families,
  type Ground,
  groundOf,
  type LinkGround,
  type Name,
  openOn,
  overEachState,
  overIPv4,
  overIPv6,
  reachOn,
  reuse,
  type Stage,
  startAgain,
  startBeside,
} from '../kit/index.js';
import { listenersRows, pairRows, tryListeners, tryPair } from '../bind/conflicts.cases.js';
import { shareOn, sharingRows } from '../reuse/sharing.cases.js';

/** What a script came to on the addresses of either family. */
interface Both {
  readonly [family: string]: string;
  readonly IPv4: string;
  readonly IPv6: string;
}

interface Compared extends Both {
  readonly alike: 'yes' | 'no';
}

/** Runs a script on both families at the same time. */
type Script = (stage: Stage) => Promise<Both>;

/** On a host by itself. */
function alone(script: (ground: Ground) => string | Promise<string>): Script {
  return async (stage) => {
    const [four = '', six = ''] = await Promise.all(
      families.map(async (family) => script(await groundOf(stage, family))),
    );
    return { IPv4: four, IPv6: six };
  };
}

/** On one of two hosts that are joined by a link. */
function joined(options: LinkGround['options'], script: (ground: LinkGround) => Promise<string>): Script {
  return async (stage) => {
    const [host, peer] = stage.pair('host', 'peer');
    const six = await overIPv6(host, peer, options);
    const [four, other] = await Promise.all([script(overIPv4(host, peer, options)), script(six)]);
    return { IPv4: four, IPv6: other };
  };
}

const port = 8080;

/** A server on the wildcard has closed a connection of A first; another is started, on this address. */
function restart(at: Name, option?: 'SO_REUSEADDR'): Script {
  return alone(async (ground) => {
    const { host, family, address } = ground;
    const listener = openOn(ground, { name: 'listener', option }).bind({ address: address.ANY, port }).listen();
    const client = await openOn(ground, { name: 'client' }).connect({ address: address.A, port });
    await closeInOrder(await listener.accept('server'), client);
    listener.close();
    return startAgain(host, { family, address: address[at], port, options: option === undefined ? {} : reuse });
  });
}

const scripts: readonly (readonly [string, Script])[] = [
  ...pairRows.map(({ id, name, given }): [string, Script] => [
    `${id}: ${name}`,
    alone((ground) => tryPair(ground, given)),
  ]),
  ...listenersRows.map(({ name, given }): [string, Script] => [
    `C10: ${name}`,
    alone((ground) => tryListeners(ground, given)),
  ]),
  ['G1: restart on ANY without the option', restart('ANY')],
  ['G1: restart on ANY with the option', restart('ANY', 'SO_REUSEADDR')],
  ['S12: restart on A', restart('A')],
  ['S12: restart on B', restart('B')],
  ...overEachState.map(({ name, given: { state, option } }): [string, Script] => [
    `C19: ${name}`,
    joined(option ? reuse : {}, async (ground) => {
      await reachOn(ground, state);
      return startBeside(ground);
    }),
  ]),
  ...sharingRows.map(({ name, given }): [string, Script] => [
    `S13: ${name}`,
    alone(async (ground) => {
      const { A, B, elsewhere } = await shareOn(ground, given);
      return `A to ${A}, B to ${B}, another address to ${elsewhere}`;
    }),
  ]),
];

const sameRules = defineCase<Script, Compared>({
  id: 'V1',
  articles: [],
  title: 'The same rows over IPv6',
  claim: 'What the articles say of IPv4 addresses comes out the same for IPv6 addresses.',
  rules: ['addresses-apart', 'reuseaddr-shared', 'held-by-listener', 'held-by-time-wait'],
  advice:
    'Use one rule for both: set SO_REUSEADDR on every TCP server. Where IPv4 and IPv6 meet on one port, look at V2 and V3.',
  labels: { IPv4: 'IPv4', IPv6: 'IPv6', alike: 'alike' },
  needs: ['ipv6'],
  sideBySide: 4,
  rows: scripts.map(([name, given]) => ({ name, given, says: { alike: 'yes' as const } })),
  async run(stage, script) {
    const seen = await script(stage);
    return { ...seen, alike: seen.IPv4 === seen.IPv6 ? 'yes' : 'no' };
  },
  laws: [
    {
      text: 'IPv6 addresses follow the rules of IPv4 addresses: the wildcard, two addresses, SO_REUSEADDR, SO_REUSEPORT, listeners and each state of an old connection come out alike, for TCP and for UDP.',
      rows: () => ({ alike: 'yes' }),
    },
  ],
});

/** Whether the rows of IPv4 hold for IPv6. */
export const sameRulesCases: readonly Case[] = [sameRules];
