import { NetworkNamespace, SystemCallError } from '../../index.js';

/** Slots of a host's own TCP hash. A host of the lab has tens of sockets, and each listing walks all slots. */
const hashEntries = 512;

/** Sysctls that every host of a run starts with, as JSON. The environment carries them into the processes of a run. */
const givenVariable = 'SOCKWISE_LAB_SYSCTLS';

export function giveSysctls(values: Readonly<Record<string, string>>): void {
  process.env[givenVariable] = JSON.stringify(values);
}

/** `false` where there is no such sysctl, or it does not take the value. */
export function trySysctl(namespace: NetworkNamespace, name: string, value: string | number): boolean {
  try {
    namespace.setSysctl(name, value);
    return true;
  } catch (error) {
    if (error instanceof SystemCallError) return false;
    throw error;
  }
}

/**
 * A namespace whose children have a small TCP hash of their own (tcp_set_hashinfo(), Linux 6.0). Without, they share the
 * machine's, of hundreds of thousands of slots, and listing ten sockets takes a millisecond.
 */
class Nursery {
  readonly #parent: NetworkNamespace;
  /** What follows from the size of the hash, as it is on this machine: tcp_set_hashinfo(). */
  readonly #limits: readonly (readonly [name: string, value: number])[];

  constructor() {
    this.#parent = NetworkNamespace.create();
    if (!trySysctl(this.#parent, 'net.ipv4.tcp_child_ehash_entries', hashEntries)) {
      this.#limits = [];
      return;
    }
    // Negative where the hash is the machine's, as here.
    const entries = Math.abs(Number(this.#parent.sysctl('net.ipv4.tcp_ehash_entries')));
    this.#limits = [
      ['net.ipv4.tcp_max_tw_buckets', Math.floor(entries / 2)],
      ['net.ipv4.tcp_max_syn_backlog', Math.max(128, Math.floor(entries / 128))],
    ];
  }

  /** In which nothing of a run happens. */
  get parent(): NetworkNamespace {
    return this.#parent;
  }

  create(): NetworkNamespace {
    return this.#parent.run(() => NetworkNamespace.create());
  }

  /** For connections. */
  limit(namespace: NetworkNamespace): void {
    for (const [name, value] of this.#limits) trySysctl(namespace, name, value);
  }
}

let made: Nursery | undefined;

function nursery(): Nursery {
  return (made ??= new Nursery());
}

/** A namespace that no run sees, with `lo` up. It lives as long as this process. */
export function asideNamespace(): NetworkNamespace {
  return nursery().parent;
}

function setGiven(namespace: NetworkNamespace): void {
  const given = JSON.parse(process.env[givenVariable] ?? '{}') as Readonly<Record<string, string>>;
  for (const [name, value] of Object.entries(given)) namespace.setSysctl(name, value);
}

/** A namespace without connections: of a wire, or of a peer that has no stack. */
export function newWire(): NetworkNamespace {
  return nursery().create();
}

/** A namespace for a host of the lab. */
export function newHost(): NetworkNamespace {
  const namespace = newWire();
  // Entered once: each write does it otherwise.
  namespace.run(() => {
    nursery().limit(namespace);
    setGiven(namespace);
  });
  return namespace;
}
