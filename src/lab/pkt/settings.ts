import { UsageError } from '../../errors.js';
import type { PktScript } from './script.js';

/** A script may take so long by its own times. */
export const longestMs = 500_000;

export const ipVersions = ['ipv4', 'ipv6', 'ipv4-mapped-ipv6'] as const;
export type IpVersion = (typeof ipVersions)[number];

/** How a script is run; what it says itself at its top goes before. */
export interface PktSettings {
  readonly ipVersion?: IpVersion;
  /** How much earlier or later than written a segment may come; 4 if absent, as with packetdrill. */
  readonly toleranceMs?: number;
  /** Runs the script's shell commands, as whoever runs this. */
  readonly allowShell?: boolean;
  readonly define?: Readonly<Record<string, string>>;
}

/** What a script runs on. */
export interface PktNetwork {
  readonly ipVersion: IpVersion;
  readonly local: string;
  readonly gateway: string;
  readonly remote: string;
  readonly prefix: number;
  readonly mtu: number;
  readonly bindPort: number;
  readonly connectPort: number;
  readonly toleranceMs: number;
  /** The same in percent of the time since the line before, where that is more. */
  readonly tolerancePercent: number;
  /** How long a tick of the host's timestamps is; 0 where they are not compared. */
  readonly stampTickUs: number;
  /** Whether an echo of a timestamp that the host has not sent is counted from its first one. */
  readonly scaledEcho: boolean;
  /** Whether what the host sends must be cut as it is written. */
  readonly strictSegments: boolean;
}

const defaults = {
  ipv4: { local: '192.168.0.1', gateway: '192.168.0.2', remote: '192.0.2.1', prefix: 16, mtu: 1500 },
  'ipv4-mapped-ipv6': { local: '192.168.0.1', gateway: '192.168.0.2', remote: '192.0.2.1', prefix: 16, mtu: 1500 },
  ipv6: {
    local: 'fd3d:a0b:17d6::1',
    gateway: 'fd3d:a0b:17d6:8888::1',
    remote: 'fd3d:fa7b:d17d::1',
    prefix: 48,
    mtu: 1520,
  },
} as const;

type Read = (network: PktNetwork, value: string) => PktNetwork;

function number(name: string, value: string, form = /^\d+$/): number {
  if (!form.test(value)) throw new UsageError('ERR_ARGUMENT_INVALID', `--${name}: expected a number, got ${value}`);
  return Number(value);
}

function prefixOf(netmask: string): number {
  const bits = netmask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  if (!/^1*0*$/.test(bits) || bits.length !== 32)
    throw new UsageError('ERR_ARGUMENT_INVALID', `--netmask_ip: expected a mask as 255.255.0.0, got ${netmask}`);
  return bits.replaceAll('0', '').length;
}

/** Options of packetdrill that a script may have at its top. */
const known: Readonly<Record<string, Read>> = {
  tolerance_usecs: (network, value) => ({ ...network, toleranceMs: number('tolerance_usecs', value) / 1000 }),
  tolerance_percent: (network, value) => ({
    ...network,
    tolerancePercent: number('tolerance_percent', value, /^\d+(?:\.\d+)?$/),
  }),
  tcp_ts_tick_usecs: (network, value) => ({ ...network, stampTickUs: number('tcp_ts_tick_usecs', value) }),
  tcp_ts_ecr_scaled: (network) => ({ ...network, scaledEcho: true }),
  strict_segments: (network) => ({ ...network, strictSegments: true }),
  mtu: (network, value) => ({ ...network, mtu: number('mtu', value) }),
  bind_port: (network, value) => ({ ...network, bindPort: number('bind_port', value) }),
  connect_port: (network, value) => ({ ...network, connectPort: number('connect_port', value) }),
  local_ip: (network, value) => ({ ...network, local: value }),
  remote_ip: (network, value) => ({ ...network, remote: value.replace(/\/\d+$/, '') }),
  gateway_ip: (network, value) => (value === network.local ? network : { ...network, gateway: value }),
  netmask_ip: (network, value) => ({ ...network, prefix: prefixOf(value) }),
  // Read before the others: versionOf(), and the reader's own names.
  ip_version: (network) => network,
  define: (network) => network,
};

export const knownOptions: readonly string[] = Object.keys(known);

/** The IP version a script runs over. */
export function versionOf(script: PktScript, settings: PktSettings): IpVersion {
  const written = script.options.find(({ name }) => name === 'ip_version')?.value;
  const version = ipVersions.find((each) => each === written);
  if (written !== undefined && version === undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', `--ip_version: expected ${ipVersions.join(', ')}; got ${written}`);
  return version ?? settings.ipVersion ?? 'ipv4';
}

/** The network a script runs on: by its own options, then the settings, then packetdrill's defaults. */
export function networkOf(script: PktScript, settings: PktSettings): PktNetwork {
  const ipVersion = versionOf(script, settings);
  const begin: PktNetwork = {
    ipVersion,
    ...defaults[ipVersion],
    bindPort: 8080,
    connectPort: 8080,
    toleranceMs: settings.toleranceMs ?? 4,
    tolerancePercent: 12.5,
    stampTickUs: 0,
    scaledEcho: false,
    strictSegments: false,
  };
  return script.options.reduce((network, { name, value }) => known[name]?.(network, value) ?? network, begin);
}
