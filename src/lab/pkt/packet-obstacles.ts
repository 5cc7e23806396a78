import { isIP } from 'node:net';
import { mostOfDatagram } from '../network/peer/datagram.js';
import { icmpNumbers, isIcmpError } from '../network/peer/icmp.js';
import { icmpMistakes } from '../network/peer/icmp-error.js';
import type { DatagramLine, IcmpLine, Line, SegmentLine } from './script.js';
import type { IpVersion } from './settings.js';
import { socketKindOf } from './socket-kind.js';

const headerSize = 8;

function ofAddresses({ addresses }: SegmentLine | DatagramLine | IcmpLine, isV6: boolean): string[] {
  const family = isV6 ? 6 : 4;
  return Object.values(addresses ?? {})
    .filter((address) => isIP(address) !== family)
    .map((address) => `${address}: expected an IPv${family} address`);
}

function ofDatagram({ length, ports, way }: DatagramLine, isV6: boolean, hasSocket: boolean): string[] {
  const most = mostOfDatagram(isV6);
  const isLong = length > most;
  const hasPorts = ports !== undefined && ports.source !== 0 && ports.destination !== 0;
  const needed = way === 'in' ? 'write its ports, as udp 40000 > 9 (10)' : 'open one with SOCK_DGRAM';
  return [
    ...(isLong ? [`udp (${length}): expected at most ${most} bytes over IPv${isV6 ? 6 : 4}, got ${length}`] : []),
    ...(hasSocket || hasPorts ? [] : [`udp (${length}): no UDP socket has been opened before it: ${needed}`]),
  ];
}

function ofIcmp(line: IcmpLine, isV6: boolean): string[] {
  const { type, code, about } = line;
  const what = `icmp ${type}`;
  const numbers = icmpNumbers(isV6, type, code);
  const named = numbers === undefined ? `${what} ${code ?? ''}` : what;
  const reasons = icmpMistakes(line, isV6).map((mistake) => `${named}: ${mistake}`);
  if (numbers === undefined) return reasons;
  const isError = isIcmpError(isV6, numbers);
  if (about === undefined) return reasons;
  if (about.protocol === 'raw') {
    const most = mostOfDatagram(isV6) + headerSize;
    if (about.length < headerSize || about.length > most)
      reasons.push(`${what} [raw (${about.length})]: expected ${headerSize} to ${most} bytes, got ${about.length}`);
  } else if (!isError) reasons.push(`${what}: it is about no packet; [raw (36)] says how long it is`);
  else if (about.protocol === 'UDP' && about.length > mostOfDatagram(isV6))
    reasons.push(
      `${what} [udp (${about.length})]: expected at most ${mostOfDatagram(isV6)} bytes, got ${about.length}`,
    );
  return reasons;
}

/** Why packets cannot be sent or compared as their lines say, by what has come before them. */
export class PacketObstacles {
  readonly #isV6: boolean;
  #hasUdpSocket = false;

  constructor(ipVersion: IpVersion) {
    this.#isV6 = ipVersion === 'ipv6';
  }

  /** Of each line in turn. */
  of(line: Line): string[] {
    switch (line.kind) {
      case 'call':
        if (line.name === 'socket' && socketKindOf(line)?.carries === 'UDP') this.#hasUdpSocket = true;
        return [];
      case 'segment':
        return ofAddresses(line, this.#isV6);
      case 'udp':
        return [...ofAddresses(line, this.#isV6), ...ofDatagram(line, this.#isV6, this.#hasUdpSocket)];
      case 'icmp':
        return [...ofAddresses(line, this.#isV6), ...ofIcmp(line, this.#isV6)];
      default:
        return [];
    }
  }
}
