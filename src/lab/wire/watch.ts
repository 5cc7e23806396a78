import { connectionStates } from '../network/connection-states.js';
import type { Host } from '../network/host.js';
import type { StateSample } from './timeline.js';

/** Looks at the socket tables of hosts, again and again, and keeps what has changed. */
export class StateWatch {
  readonly #changes: StateSample[] = [];
  readonly #hosts: readonly Host[];
  readonly #elapsedMs: () => number;
  #known = new Map<string, StateSample>();
  /** Looks that found SYN_RECV once more, only the last one of each socket: what ignored an ACK is in no segment. */
  readonly #still = new Map<string, StateSample>();

  constructor(hosts: readonly Host[], elapsedMs: () => number) {
    this.#hosts = hosts;
    this.#elapsedMs = elapsedMs;
  }

  get samples(): StateSample[] {
    return [...this.#changes, ...this.#still.values()];
  }

  look(): void {
    const found = new Map<string, StateSample>();
    for (const host of this.#hosts) {
      const atMs = this.#elapsedMs();
      // A port without a connection or a listener is no state of TCP.
      const rows = host.sockets({ state: connectionStates });
      const endMs = this.#elapsedMs();
      for (const row of rows) {
        const local = { address: row.localAddress, port: row.localPort };
        const remote = row.remotePort === 0 ? {} : { remote: { address: row.remoteAddress, port: row.remotePort } };
        const sample = { atMs, endMs, host: host.name, local, ...remote, state: row.state };
        found.set([host.name, local.address, local.port, row.remoteAddress, row.remotePort].join(), sample);
      }
    }
    const atMs = this.#elapsedMs();
    for (const [key, sample] of found) {
      if (this.#known.get(key)?.state !== sample.state) this.#changes.push(sample);
      else if (sample.state === 'SYN_RECV') this.#still.set(key, sample);
    }
    for (const [key, sample] of this.#known) {
      if (!found.has(key)) this.#changes.push({ ...sample, atMs, endMs: atMs, state: 'CLOSED' });
    }
    this.#known = found;
  }
}
