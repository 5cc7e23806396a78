import { untried } from './sayings.js';
import { unmapped } from '../address.js';
import type { NetworkNamespace } from '../netns/namespace.js';
import { NotCopied } from './not-copied.js';

/** `lo` is the first interface of every namespace, loopback_net_init(). */
const loopbackIndex = 1;

/** Devices of a namespace that stand for those of the machine. */
export class Devices {
  readonly #namespace: NetworkNamespace;
  readonly #names: ReadonlyMap<number, string>;

  /** Makes one for each interface to which a socket is bound. */
  constructor(namespace: NetworkNamespace, indexes: Iterable<number>) {
    this.#namespace = namespace;
    const others = [...new Set(indexes)].filter((index) => index !== 0 && index !== loopbackIndex);
    this.#names = new Map([[loopbackIndex, 'lo'], ...others.map((index) => [index, `copy${index}`] as const)]);
    for (const index of others) namespace.addVeth(namespace, { name: `copy${index}`, peerName: `peer${index}` });
  }

  /** `undefined` for a socket that is bound to none. */
  nameOf(index: number): string | undefined {
    return this.#names.get(index);
  }

  /** Makes an address one of the namespace's, on a device where it is looked for there. Those of the loopback network are everywhere. */
  addLocal(address: string, index = 0): void {
    const plain = unmapped(address);
    if (plain.includes('%') || plain.toLowerCase().startsWith('fe80:')) throw new NotCopied(untried.needsInterface);
    const device = this.nameOf(index) ?? 'lo';
    if (/^(0\.0\.0\.0|::)$/.test(plain) || (device === 'lo' && /^(::1|127\..*)$/.test(plain))) return;
    const { index: at } = this.#namespace.getLink(device);
    const known = this.#namespace
      .listAddresses()
      .some((one) => one.address === plain && (index === 0 || one.interfaceIndex === at));
    if (!known) this.#namespace.addAddress(device, `${plain}/${plain.includes(':') ? 128 : 32}`);
  }
}
