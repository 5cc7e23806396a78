import { SystemCallError, UsageError } from '../errors.js';
import { NetworkNamespace } from '../netns/namespace.js';
import { namespacesAvailable } from '../netns/user-namespace.js';
import type { OptionValues } from '../options/types.js';
import { Socket } from '../socket/socket.js';
import { addLocal, Copies, kindsOf, NotCopied } from './copies.js';
import type { HeldSocket } from './held.js';
import type { BindRequest, RequestOptions } from './predict.js';
import type { CureAction } from './rules.js';

/** What a trial in a namespace of its own came to. */
export type Trial =
  /** It helps, perhaps together with an option on the socket of the request. */
  | { readonly result: 'works'; readonly together?: 'SO_REUSEADDR' }
  | { readonly result: 'fails'; readonly call: 'bind' | 'listen'; readonly code: string }
  /** It was not made, or means nothing. */
  | { readonly result: 'not tried'; readonly reason: string };

/** A request and the sockets it meets. */
export interface Situation {
  readonly existing: readonly HeldSocket[];
  readonly request: BindRequest;
}

const notTried = (reason: string): Trial => ({ result: 'not tried', reason });

/** The options that are given: `undefined` stands for the default. */
function given(options: RequestOptions): OptionValues {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function request(
  namespace: NetworkNamespace,
  { protocol, address, port = 0, family, listen, ...rest }: BindRequest,
): Trial {
  const { options = {} } = rest;
  const own = family ?? (address?.includes(':') === true ? 'IPv6' : 'IPv4');
  return namespace.run((): Trial => {
    using socket = Socket.open({ family: own, type: protocol === 'tcp' ? 'stream' : 'dgram', options: given(options) });
    try {
      socket.bind({ ...(address !== undefined && { address }), port });
      if (listen === true) socket.listen();
      return { result: 'works' };
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      const { syscall, code } = error;
      return { result: 'fails', call: syscall === 'listen' ? 'listen' : 'bind', code };
    }
  });
}

type Change = (situation: Situation) => Situation;

function onAll(options: { readonly SO_REUSEADDR?: true; readonly SO_REUSEPORT?: true }, uid?: number): Change {
  return ({ existing, request: asked }) => ({
    existing: existing.map((socket) => ({
      ...socket,
      options: { ...socket.options, ...options },
      uid: uid ?? socket.uid,
    })),
    request: { ...asked, options: { ...asked.options, ...options } },
  });
}

const toRequest =
  (change: Partial<BindRequest>): Change =>
  ({ existing, request: asked }) => ({ existing, request: { ...asked, ...change } });

/** What a cure changes beforehand, and what it does to sockets that are there. */
interface Attempt {
  readonly before?: Change;
  readonly then?: (copies: Copies, asked: BindRequest, namespace: NetworkNamespace) => void;
}

const own = (): number => process.geteuid?.() ?? 0;

const attempts: Readonly<Record<CureAction, () => Attempt>> = {
  'SO_REUSEADDR on both': () => ({ before: onAll({ SO_REUSEADDR: true }) }),
  'SO_REUSEPORT on both': () => ({ before: onAll({ SO_REUSEPORT: true }, own()) }),
  'one user': () => ({ before: onAll({}, own()) }),
  'stop the holder': () => ({ then: (copies) => copies.stopHolders() }),
  'remove connections': () => ({
    then: (copies, { protocol, port = 0 }) => copies.destroyConnections(protocol, port),
  }),
  'another port': () => ({ before: toRequest({ port: 0 }) }),
  'a local address': () => ({ before: toRequest({ address: undefined }) }),
  IP_FREEBIND: () => ({
    before: ({ existing, request: asked }) => ({
      existing,
      request: { ...asked, options: { ...asked.options, IP_FREEBIND: true } },
    }),
  }),
  ip_nonlocal_bind: () => ({
    then: (_copies, { address = '' }, namespace) =>
      namespace.setSysctl(`net.${address.includes(':') ? 'ipv6' : 'ipv4'}.ip_nonlocal_bind`, 1),
  }),
};

function tryIn(namespace: NetworkNamespace, situation: Situation, isLocal: boolean, attempt: Attempt): Trial {
  const { existing, request: asked } = attempt.before?.(situation) ?? situation;
  if (isLocal && asked.address !== undefined) addLocal(namespace, asked.address);
  using copies = new Copies(namespace, kindsOf(existing));
  attempt.then?.(copies, asked, namespace);
  return request(namespace, asked);
}

/** Makes trials of one situation, each in a network namespace of its own, so that nobody is disturbed. */
export class Laboratory {
  readonly #situation: Situation;
  readonly #isLocal: boolean;
  readonly #refusal: string | undefined;
  readonly #deadline: number;

  /** `isLocal`: the address of the request is one of this machine. Trials begin before `deadline`, as performance.now() counts. */
  constructor(situation: Situation, isLocal: boolean, deadline: number) {
    this.#situation = situation;
    this.#isLocal = isLocal;
    this.#deadline = deadline;
    this.#refusal = unavailable();
  }

  /** The request as it is, which shows whether the copies are good. */
  asItIs(): Trial {
    return this.#make({});
  }

  with(action: CureAction): Trial {
    const trial = this.#make(attempts[action]());
    if (action !== 'stop the holder' || trial.result !== 'fails') return trial;
    // The connections of a program that ends leave TIME_WAIT, which shares its port if both sides have the option.
    const { request: asked } = this.#situation;
    const options = { ...asked.options, SO_REUSEADDR: true };
    const again = this.#make({ ...attempts[action](), before: toRequest({ options }) });
    return again.result === 'works' ? { result: 'works', together: 'SO_REUSEADDR' } : trial;
  }

  #make(attempt: Attempt): Trial {
    if (this.#refusal !== undefined) return notTried(this.#refusal);
    if (performance.now() > this.#deadline) return notTried('there was no time for it');
    try {
      using namespace = NetworkNamespace.create();
      return tryIn(namespace, this.#situation, this.#isLocal, attempt);
    } catch (error) {
      if (error instanceof NotCopied || error instanceof SystemCallError || error instanceof UsageError)
        return notTried(error.message);
      throw error;
    }
  }
}

function unavailable(): string | undefined {
  const access = namespacesAvailable();
  switch (access.how) {
    case 'root':
      return undefined;
    case 'user-namespace':
      return 'it takes root to make a network namespace from this process';
    case 'none':
      return access.reason;
  }
}
