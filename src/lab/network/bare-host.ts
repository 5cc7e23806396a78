import { invalidArgument } from '../../errors.js';
import {
  destroySocket,
  listSockets,
  type NetworkNamespace,
  type SocketFilter,
  type SocketQuery,
  type SocketRow,
} from '../../index.js';
import { type Moment, type Outcome, plain, tableRow } from '../record/event.js';
import type { Json } from '../record/json.js';
import { type Recorder, returns } from '../record/recorder.js';
import { reached } from '../record/until.js';
import { cheaper, connectionsOf } from './connection-states.js';

function mustBeHost(peer: unknown, call: string): void {
  if (!(peer instanceof BareHost)) throw invalidArgument(call, 'a host', peer);
}

/** A host's end of a link. */
export interface HostLink {
  readonly link: string;
  /** Name of who is at the other end. */
  readonly to: string;
  /** The other end's, if its kernel has an address. It is entered when the link is made, so that no segment waits for ARP. */
  readonly hardwareAddress?: string | undefined;
  /** After this end was set up: until the far end of its veth pair sends. */
  readonly settle: () => void;
  /** Over any link but the first goes only what is for the other end, by a route that stands as long as link and address do. */
  readonly addRoute?: (() => void) | undefined;
}

/** Nobody has it. */
const nowhere = '02:00:00:00:00:99';

/** What a host is besides its sockets and programs: a network, with its addresses, links and tables, of which all is recorded. */
export class BareHost {
  readonly name: string;
  /** The two addresses of the articles' host, 192.168.0.1 and 10.0.0.1. @internal */
  readonly A: string;
  /** @internal */
  readonly B: string;
  readonly ANY = '0.0.0.0';
  readonly namespace: NetworkNamespace | undefined;
  /** From when to when, since the run began, it was gone for the others, though frames came to its links. */
  readonly absences: { readonly fromMs: number; toMs: number }[] = [];
  /** @internal */
  readonly recorder: Recorder;
  readonly #closers: (() => void)[] = [];
  /** By the address at the other end. */
  readonly #links = new Map<string, HostLink>();
  readonly #muted = new Set<string>();
  #isClosed = false;

  constructor(
    name: string,
    addresses: { A: string; B: string },
    namespace: NetworkNamespace | undefined,
    recorder: Recorder,
  ) {
    this.name = name;
    this.A = addresses.A;
    this.B = addresses.B;
    this.namespace = namespace;
    this.recorder = recorder;
  }

  /** Its address; one, however many links it has. */
  get address(): string {
    return this.A;
  }

  /** Runs `work` in the host's network; it must be synchronous. */
  run<T>(work: () => T): T {
    return this.namespace === undefined ? work() : this.namespace.run(work);
  }

  /** The host's sockets, asked of the kernel. */
  sockets(filter: SocketQuery = {}): SocketRow[] {
    if (this.namespace !== undefined) return this.namespace.listSockets(cheaper(filter));
    const rows = listSockets(cheaper(filter));
    // The machine's other sockets may have the same port; one end of ours is on an address of the host.
    const own = [this.A, this.B];
    return rows.filter(({ localAddress, remoteAddress }) => own.includes(localAddress) || own.includes(remoteAddress));
  }

  /** Something the script did or saw on this host that is no call, and what it found. */
  note(text: string, said?: string): void {
    this.#add({ kind: 'remark', host: this.name, text, ...(said !== undefined && { said }) });
  }

  /** A call that was made past the recorder. */
  called(
    name: string,
    args: readonly Json[] = [],
    more: { readonly actor?: string; readonly outcome?: Outcome; readonly repeated?: true } = {},
  ): void {
    this.#add({ kind: 'call', host: this.name, name, args, outcome: { ok: true }, ...more });
  }

  #add(moment: Moment): void {
    this.recorder.add(moment);
  }

  /** Looks at the socket table, as an event of the run. */
  look(about: string, filter: SocketFilter = {}): SocketRow[] {
    const rows = this.sockets(filter);
    this.#add({ kind: 'look', host: this.name, about, rows: rows.map(tableRow) });
    return rows;
  }

  /** Waits until the filter finds a socket, and looks at it. */
  async waitFor(filter: SocketFilter, what = 'wait', deadlineMs?: number): Promise<SocketRow> {
    const { state = 'a socket', ...others } = filter;
    const expected = typeof state === 'string' ? state : state.join(' or ');
    await reached(
      () => this.sockets(filter)[0],
      what,
      expected,
      () => this.#states(others),
      deadlineMs,
    );
    const [row] = this.look(what, filter);
    if (row === undefined) throw new Error(`${what}: the socket was seen and is gone again`);
    return row;
  }

  /** Waits until the filter finds none any more. */
  async waitUntilGone(filter: SocketFilter, what = 'wait until gone', deadlineMs?: number): Promise<void> {
    const isNone = (wanted: SocketFilter): boolean => this.sockets(wanted).length === 0;
    // As long as there is a connection, nobody need ask for what is only bound.
    const isGone = (): true | undefined => (isNone(connectionsOf(filter)) && isNone(filter)) || undefined;
    await reached(isGone, what, 'nothing', () => this.#states(filter), deadlineMs);
    this.look(what, filter);
  }

  #states(filter: SocketFilter): string {
    return (
      this.sockets(filter)
        .map((row) => row.state)
        .join(', ') || 'nothing'
    );
  }

  /** SOCK_DESTROY for what the filter finds, as ss -K does. Returns how many there were. */
  destroy(filter: SocketFilter): number {
    return this.recorder.call(
      { kind: 'call', host: this.name, name: 'SOCK_DESTROY', args: [plain(filter)] },
      () => this.run(() => destroySocket(filter)),
      returns,
    );
  }

  /** Reads a sysctl of this host, such as `net.ipv4.tcp_fin_timeout`. */
  sysctl(name: string): string {
    return this.#own().sysctl(name);
  }

  /** Sets a sysctl of this host; the error is that of `NetworkNamespace.setSysctl`. */
  setSysctl(name: string, value: string | number): void {
    this.recorder.call({ kind: 'call', host: this.name, name: 'sysctl', args: [name, value] }, () =>
      this.#own().setSysctl(name, value),
    );
  }

  /** Sets a link up or down; down, it loses every packet in silence. */
  setLink(link: string, up: boolean): void {
    const found = [...this.#links.values()].find((one) => one.link === link);
    const to = found?.to;
    const change = up ? 'up' : 'down';
    this.recorder.call({ kind: 'link', host: this.name, change, link, ...(to !== undefined && { to }) }, () => {
      this.#own().setLink(link, { up });
      if (!up) return;
      found?.settle();
      this.#restore(link);
    });
  }

  /**
   * To the other host of a pair this one is gone as a crashed machine is: it takes no packet, and it sends none. A link set
   * down is noticed by the sender at once, and it keeps time by another timer.
   */
  vanish(): void {
    this.absences.push({ fromMs: this.recorder.elapsedMs, toMs: Number.POSITIVE_INFINITY });
    this.recorder.call({ kind: 'link', host: this.name, change: 'vanishes' }, () =>
      this.#own().removeAddress('eth0', `${this.A}/24`),
    );
  }

  /** Back again, with all its sockets. */
  reappear(): void {
    const absence = this.absences.at(-1);
    if (absence !== undefined) absence.toMs = this.recorder.elapsedMs;
    this.recorder.call({ kind: 'link', host: this.name, change: 'is back' }, () => {
      this.#own().addAddress('eth0', `${this.A}/24`);
      this.#restore();
    });
  }

  /** Its end of the link to another host. */
  linkTo({ address }: { readonly address: string }): string {
    return this.#links.get(address)?.link ?? 'eth0';
  }

  /** This is the link to whoever has `address`. */
  joined(address: string, link: HostLink): void {
    this.#links.set(address, link);
    this.#restore(link.link);
  }

  /**
   * What the kernel forgets with a link that is set down (fib_disable_ip(), neigh_ifdown()), and with an address that is taken
   * away (fib_sync_down_addr()). Of one link, or of all.
   */
  #restore(name?: string): void {
    // A host that has vanished gets it back with its address.
    if (this.absences.at(-1)?.toMs === Number.POSITIVE_INFINITY) return;
    for (const [address, { link, addRoute, hardwareAddress }] of this.#links) {
      if (name !== undefined && name !== link) continue;
      addRoute?.();
      const neighbour = this.#muted.has(address) ? nowhere : hardwareAddress;
      if (neighbour !== undefined) this.#setNeighbour(address, neighbour);
    }
  }

  #setNeighbour(address: string, hardwareAddress: string | undefined): void {
    const neighbour = { interface: this.linkTo({ address }), address };
    if (hardwareAddress === undefined) this.#own().removeNeighbour(neighbour);
    else this.#own().addNeighbour({ ...neighbour, hardwareAddress });
  }

  /** From now on what this host sends to `peer` is lost, while it still hears it: its frames go to an address nobody has. */
  mute(peer: BareHost): void {
    mustBeHost(peer, 'mute');
    this.recorder.call({ kind: 'link', host: this.name, change: 'muted', to: peer.name }, () => {
      this.#setNeighbour(peer.A, nowhere);
      this.#muted.add(peer.A);
    });
  }

  /** Takes `mute()` back: what this host sends to `peer` arrives again. */
  unmute(peer: BareHost): void {
    mustBeHost(peer, 'unmute');
    this.recorder.call({ kind: 'link', host: this.name, change: 'unmuted', to: peer.name }, () => {
      this.#setNeighbour(peer.A, this.#links.get(peer.A)?.hardwareAddress);
      this.#muted.delete(peer.A);
    });
  }

  /** The host's own namespace: cases that need one do not run without. */
  #own(): NetworkNamespace {
    if (this.namespace === undefined) throw new Error(`${this.name} has no network namespace of its own`);
    return this.namespace;
  }

  /** Called when the host is closed, the latest first. @internal */
  onClose(close: () => void): void {
    this.#closers.push(close);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const close of this.#closers.splice(0).reverse()) close();
    this.namespace?.close();
  }
}
