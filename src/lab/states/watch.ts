import type { Host } from '../host/host.js';
import type { StateSample } from './timeline.js';

/** Looks at the socket tables of hosts, again and again, and keeps what has changed. */
export class StateWatch {
  readonly samples: StateSample[] = [];
  readonly #hosts: readonly Host[];
  readonly #elapsedMs: () => number;
  #known = new Map<string, StateSample>();

  constructor(hosts: readonly Host[], elapsedMs: () => number) {
    this.#hosts = hosts;
    this.#elapsedMs = elapsedMs;
  }

  look(): void {
    const found = new Map<string, StateSample>();
    for (const host of this.#hosts) {
      const atMs = this.#elapsedMs();
      for (const row of host.sockets()) {
        // A port without a connection or a listener is no state of TCP.
        if (row.state === 'BOUND') continue;
        const local = { address: row.localAddress, port: row.localPort };
        const remote = row.remotePort === 0 ? {} : { remote: { address: row.remoteAddress, port: row.remotePort } };
        const sample = { atMs, host: host.name, local, ...remote, state: row.state };
        found.set([host.name, local.address, local.port, row.remoteAddress, row.remotePort].join(), sample);
      }
    }
    const atMs = this.#elapsedMs();
    for (const [key, sample] of found) {
      if (this.#known.get(key)?.state !== sample.state) this.samples.push(sample);
    }
    for (const [key, sample] of this.#known) {
      if (!found.has(key)) this.samples.push({ ...sample, atMs, state: 'CLOSED' });
    }
    this.#known = found;
  }
}
