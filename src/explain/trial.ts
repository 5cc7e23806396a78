import { untried } from './sayings.js';
import { SystemCallError, UsageError } from '../errors.js';
import { NetworkNamespace } from '../netns/namespace.js';
import { withoutCapability } from '../proc/capability.js';
import { type Answer, ask } from './asking.js';
import type { Stand } from './copies.js';
import type { Deadline } from './deadline.js';
import { Devices } from './devices.js';
import { NotCopied } from './not-copied.js';
import type { BindRequest } from './predict.js';
import type { CureAction, PortAction } from './rules.js';
import { type Situation, standFor } from './stand.js';

/** What a trial in a namespace of its own came to. */
export type Trial =
  /** It helps, perhaps together with an option on the socket of the request. */
  | { readonly result: 'works'; readonly together?: 'SO_REUSEADDR' }
  | Extract<Answer, { result: 'fails' }>
  /** It was not made, or means nothing. */
  | { readonly result: 'not tried'; readonly reason: string };

/** No namespace of its own can be made by this process. */
export class NoNamespace extends Error {
  override readonly name = 'NoNamespace';
}

export const notTried = (reason: string): Trial => ({ result: 'not tried', reason });

type Change = (situation: Situation) => Situation;

function onAll(options: { readonly SO_REUSEADDR?: true; readonly SO_REUSEPORT?: true }, uid?: number): Change {
  return ({ existing, request, ...rest }) => ({
    ...rest,
    existing: existing.map((socket) => ({
      ...socket,
      options: { ...socket.options, ...options },
      uid: uid ?? socket.uid,
    })),
    request: { ...request, uid: uid ?? request.uid, options: { ...request.options, ...options } },
  });
}

const toRequest =
  (change: Partial<BindRequest>): Change =>
  (situation) => ({ ...situation, request: { ...situation.request, ...change } });

const withOption =
  (option: 'SO_REUSEADDR' | 'IP_FREEBIND' | 'IP_BIND_ADDRESS_NO_PORT'): Change =>
  (situation) =>
    toRequest({ options: { ...situation.request.options, [option]: true } })(situation);

const isIPv6 = ({ address, connect }: BindRequest): boolean => (address ?? connect?.address ?? '').includes(':');

/** Addresses that are nobody else's: of TEST-NET-2 and of the documentation prefix, RFC 5737 and RFC 3849. */
const unused = { IPv4: ['198.51.100.1', '198.51.100.2'], IPv6: ['2001:db8::1', '2001:db8::2'] } as const;

const toOtherAddress: Change = (situation) =>
  toRequest({ address: unused[isIPv6(situation.request) ? 'IPv6' : 'IPv4'][0] })({ ...situation, isLocal: true });

const toAddressesApart: Change = (situation) => {
  const { existing, ...rest } = toOtherAddress(situation);
  return {
    ...rest,
    existing: existing.map((socket) => ({ ...socket, localAddress: unused[socket.family][1], v6only: 'unknown' })),
  };
};

/** What a cure changes beforehand, and what it does to sockets and settings that are there. */
interface Attempt {
  readonly before?: Change;
  readonly then?: (stand: Stand, request: BindRequest, namespace: NetworkNamespace) => void;
  /** Whether the calls are made with CAP_NET_BIND_SERVICE though the request has it not. */
  readonly privileged?: true;
}

const own = (): number => process.geteuid?.() ?? 0;

const sysctl = (name: string, value: string | number): Attempt => ({
  then: (_stand, _request, namespace) => namespace.setSysctl(name, value),
});

const attempts: Readonly<Record<PortAction, () => Attempt>> = {
  'SO_REUSEADDR on both': () => ({ before: onAll({ SO_REUSEADDR: true }) }),
  'SO_REUSEPORT on both': () => ({ before: onAll({ SO_REUSEPORT: true }, own()) }),
  'one user': () => ({ before: onAll({}, own()) }),
  'stop the holder': () => ({ then: (stand) => stand.stopHolders() }),
  'remove connections': () => ({ then: (stand) => stand.destroyConnections() }),
  'another port': () => ({ before: toRequest({ port: 0 }) }),
  'addresses apart': () => ({ before: toAddressesApart }),
  'another address': () => ({ before: toOtherAddress }),
  'another source address': () => ({
    before: (situation) => withOption('IP_BIND_ADDRESS_NO_PORT')(toOtherAddress(situation)),
  }),
  'a source port of its own': () => ({ before: toRequest({ port: undefined, address: undefined }) }),
  'a local address': () => ({ before: toRequest({ address: undefined }) }),
  IP_FREEBIND: () => ({ before: withOption('IP_FREEBIND') }),
  IP_BIND_ADDRESS_NO_PORT: () => ({ before: withOption('IP_BIND_ADDRESS_NO_PORT') }),
  ip_nonlocal_bind: () => ({
    then: (_stand, request, namespace) =>
      namespace.setSysctl(`net.${isIPv6(request) ? 'ipv6' : 'ipv4'}.ip_nonlocal_bind`, 1),
  }),
  ip_local_port_range: () => sysctl('net.ipv4.ip_local_port_range', '40000 49999'),
  tcp_timestamps: () => ({ before: (situation) => ({ ...situation, timestamps: true }) }),
  CAP_NET_BIND_SERVICE: () => ({ privileged: true }),
  ip_unprivileged_port_start: () => sysctl('net.ipv4.ip_unprivileged_port_start', 0),
};

/** Whether it is tried on copies of what has a port. */
export function isPortAction(action: CureAction | undefined): action is PortAction {
  return action !== undefined && Object.hasOwn(attempts, action);
}

// The copies of a connection from a given port share it with the socket that asks, as the originals do.
function asked({ request, isRangeUsedUp }: Situation): BindRequest {
  if (request.connect === undefined || isRangeUsedUp) return request;
  return { ...request, options: { ...request.options, SO_REUSEADDR: true } };
}

function tryIn(namespace: NetworkNamespace, original: Situation, attempt: Attempt): Trial {
  const situation = attempt.before?.(original) ?? original;
  const { existing, request } = situation;
  const devices = new Devices(namespace, [
    request.interfaceIndex ?? 0,
    ...existing.map(({ interfaceIndex }) => interfaceIndex),
  ]);
  const stand = standFor(situation, namespace, devices);
  try {
    attempt.then?.(stand, request, namespace);
    const calls = (): Answer => ask(namespace, asked(situation), devices);
    const keeps = request.canBindPrivileged !== false || attempt.privileged === true;
    return keeps ? calls() : withoutCapability('CAP_NET_BIND_SERVICE', calls);
  } finally {
    stand.close();
  }
}

// About what a trial takes. The first of a process takes longer than the others.
const trialMs = 30;

function namespaceOfItsOwn(): NetworkNamespace {
  try {
    return NetworkNamespace.create();
  } catch (error) {
    if (error instanceof SystemCallError || error instanceof UsageError)
      throw new NoNamespace(error.message, { cause: error });
    throw error;
  }
}

/** Makes trials of one situation, each in a network namespace of its own, so that nobody is disturbed. */
export class Laboratory {
  readonly #situation: Situation;
  readonly #deadline: Deadline;

  /** No trial begins that may not be over by the deadline. */
  constructor(situation: Situation, deadline: Deadline) {
    this.#situation = situation;
    this.#deadline = deadline;
  }

  /** The request as it is, which shows whether the copies are good. */
  asItIs(): Trial {
    return this.#make({});
  }

  /** @throws {NoNamespace} */
  with(action: PortAction): Trial {
    const attempt = attempts[action]();
    const trial = this.#make(attempt);
    if (action !== 'stop the holder' || trial.result !== 'fails') return trial;
    // The connections of a program that ends leave TIME_WAIT, which shares its port if both sides have the option.
    const again = this.#make({ ...attempt, before: withOption('SO_REUSEADDR') });
    return again.result === 'works' ? { result: 'works', together: 'SO_REUSEADDR' } : trial;
  }

  #make(attempt: Attempt): Trial {
    if (this.#deadline.left < trialMs) return notTried(untried.noTime);
    using namespace = namespaceOfItsOwn();
    try {
      return tryIn(namespace, this.#situation, attempt);
    } catch (error) {
      if (error instanceof NotCopied || error instanceof SystemCallError || error instanceof UsageError)
        return notTried(error.message);
      throw error;
    }
  }
}
