import { relative, resolve } from 'node:path';
import { loadPkt } from '../pkt/load.js';
import type { PktSettings } from '../pkt/settings.js';
import { type Experiment, experiment } from './experiment.js';

/** Beside the times of a script: one line may wait so long for a segment of the host, and the machine be late. */
const waitsMs = 60_000;

/** As messages have it. */
export function shortName(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

/** A script of packetdrill as an experiment, and whether it may hold up the process that plays it. */
export function pktExperiment(
  path: string,
  settings: PktSettings | undefined,
): { readonly experiment: Experiment; readonly mayHoldUp: boolean } {
  const { name, title, about, network, lengthMs, mayHoldUp, play } = loadPkt(resolve(path), shortName(path), settings);
  const { local, gateway, prefix, mtu, remote } = network;
  const networks = [remote.includes(':') ? `${remote}/128` : `${remote}/32`];
  const script = experiment(
    title,
    { name: name.toLowerCase(), ...(about !== undefined && { about }), limitMs: Math.ceil(lengthMs) + waitsMs },
    async ({ behindGateway, signal }) => {
      const [host, peer] = await behindGateway('host', 'peer', { link: 'tun0', local, gateway, prefix, mtu, networks });
      await play({ host, peer, signal });
    },
  );
  return { experiment: script, mayHoldUp };
}
