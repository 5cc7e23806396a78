import { isIP } from 'node:net';
import { messageOf, UsageError } from '../../errors.js';
import type { Place } from '../record/scanner.js';
import type { PktScript } from './script.js';

/** A script may take so long by its own times. */
export const longestMs = 500_000;

/** What a script of packetdrill can be played over, as `--ip_version` has it. */
export const ipVersions = ['ipv4', 'ipv6', 'ipv4-mapped-ipv6'] as const;
export type IpVersion = (typeof ipVersions)[number];

/** How a script is run; what it says itself at its top goes before. */
export interface PktSettings {
  /** `ipv4` if absent. */
  readonly ipVersion?: IpVersion;
  /** How much earlier or later than written a segment may come; 4 if absent, as with packetdrill. */
  readonly toleranceMs?: number;
  /** Runs the script's shell commands, as whoever runs this. */
  readonly allowShell?: boolean;
  /** Names the script uses, and their values. */
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

function refused(name: string, expected: string, value: string): UsageError {
  return new UsageError(
    'ERR_ARGUMENT_INVALID',
    `--${name}: expected ${expected}, got ${value === '' ? 'nothing' : value}`,
  );
}

function number(name: string, value: string, form = /^\d+$/): number {
  if (!form.test(value)) throw refused(name, 'a number', value);
  return Number(value);
}

function within(name: string, value: string, [low, high]: readonly [number, number]): number {
  const read = number(name, value);
  if (read < low || read > high) throw refused(name, `${low} to ${high}`, value);
  return read;
}

const ports = [1, 65_535] as const;
/** RFC 791, RFC 8200 section 5; 65,535 is the most that a veth takes (veth_setup()). */
const mtus = { 4: [68, 65_535], 6: [1280, 65_535] } as const;

function familyOf({ ipVersion }: PktNetwork): 4 | 6 {
  return ipVersion === 'ipv6' ? 6 : 4;
}

function addressOf(name: string, value: string, network: PktNetwork): string {
  const family = familyOf(network);
  if (isIP(value) !== family) throw refused(name, `an IPv${family} address`, value);
  return value;
}

function prefixOf(netmask: string): number {
  const bits = netmask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  if (!/^1*0*$/.test(bits) || bits.length !== 32) throw refused('netmask_ip', 'a mask as 255.255.0.0', netmask);
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
  mtu: (network, value) => ({ ...network, mtu: within('mtu', value, mtus[familyOf(network)]) }),
  bind_port: (network, value) => ({ ...network, bindPort: within('bind_port', value, ports) }),
  connect_port: (network, value) => ({ ...network, connectPort: within('connect_port', value, ports) }),
  local_ip: (network, value) => ({ ...network, local: addressOf('local_ip', value, network) }),
  remote_ip: (network, value) => ({ ...network, remote: addressOf('remote_ip', value.replace(/\/\d+$/, ''), network) }),
  gateway_ip: (network, value) =>
    value === network.local ? network : { ...network, gateway: addressOf('gateway_ip', value, network) },
  netmask_ip: (network, value) => ({ ...network, prefix: prefixOf(value) }),
  // Read before the others, by versionOf().
  ip_version: (network, value) => {
    if (!ipVersions.some((each) => each === value)) throw refused('ip_version', ipVersions.join(', '), value);
    return network;
  },
  // Read before the others too: the reader's own names.
  define: (network) => network,
};

/** The IP version a script runs over; what names none is one of the obstacles. */
export function versionOf(script: PktScript, settings: PktSettings): IpVersion {
  const written = script.options.find(({ name }) => name === 'ip_version')?.value;
  return ipVersions.find((each) => each === written) ?? settings.ipVersion ?? 'ipv4';
}

function begin(script: PktScript, settings: PktSettings): PktNetwork {
  const ipVersion = versionOf(script, settings);
  return {
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
}

/** The network a script runs on: by its own options, then the settings, then packetdrill's defaults. */
export function networkOf(script: PktScript, settings: PktSettings): PktNetwork {
  return script.options.reduce(
    (network, { name, value }) => known[name]?.(network, value) ?? network,
    begin(script, settings),
  );
}

/** Something that a script asks for and cannot have. */
export interface Obstacle {
  readonly place: Place;
  readonly reason: string;
}

/** The options at the top of a script that are not known, or whose value cannot be taken. */
export function optionObstacles(script: PktScript, settings: PktSettings): Obstacle[] {
  const network = begin(script, settings);
  return script.options.flatMap(({ name, value, place }) => {
    const read = known[name];
    if (read === undefined) return [{ place, reason: `--${name}: not an option that is known` }];
    try {
      read(network, value);
      return [];
    } catch (error) {
      return [{ place, reason: messageOf(error) }];
    }
  });
}
