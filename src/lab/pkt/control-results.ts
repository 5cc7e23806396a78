import type { ReceivedControlMessage, ReceivedMessage } from '../../index.js';
import type { Machine, Returned } from './machine.js';
import type { Value } from './script.js';
import { field, namesOf, numberOf, wordNumber } from './values.js';

type Result = NonNullable<Returned['results']>[number];

/** SO_EE_ORIGIN_ of linux/errqueue.h, by what they are called here. */
function originNumber(origin: string | number): number | undefined {
  return typeof origin === 'number' ? origin : wordNumber(`SO_EE_ORIGIN_${origin.toUpperCase()}`);
}

/** What a message says in each field of `cmsg_data`, by its C name. */
function fieldsOf(message: ReceivedControlMessage): Readonly<Record<string, number | undefined>> {
  if (message.type !== 'IP_RECVERR' && message.type !== 'IPV6_RECVERR') return {};
  return {
    ee_errno: -message.errno,
    ee_origin: originNumber(message.origin),
    ee_type: message.icmpType,
    ee_code: message.icmpCode,
    ee_info: message.info,
    ee_data: message.data,
  };
}

/** A stamp is compared as a time of the script; one of 0 may be any. */
function stampResult(machine: Machine, expected: Value, nanoseconds: bigint): Result[] {
  const part = (name: string): number => {
    const value = field(expected, name);
    return (value && numberOf(value)) ?? 0;
  };
  const expectedMs = part('scm_sec') * 1000 + part('scm_nsec') / 1e6;
  if (expectedMs === 0) return [];
  const [fromMs, toMs] = machine.scriptMs(nanoseconds);
  const { toleranceMs } = machine;
  const isNear = fromMs - toleranceMs <= expectedMs && expectedMs <= toMs + toleranceMs;
  return [
    {
      what: 'SCM_TIMESTAMPING',
      expected: `${expectedMs.toFixed(1)} ms`,
      got: isNear ? `${expectedMs.toFixed(1)} ms` : `${toMs.toFixed(1)} ms`,
    },
  ];
}

function dataResults(machine: Machine, type: string, expected: Value, message: ReceivedControlMessage): Result[] {
  if ('queued' in message)
    return [{ what: type, expected: String(numberOf(expected) ?? 'a number'), got: String(message.queued) }];
  if (message.type === 'SCM_TIMESTAMPING') return stampResult(machine, expected, message.softwareNanoseconds);
  const got = fieldsOf(message);
  const fields = expected.kind === 'struct' ? expected.fields : [];
  return fields.map(({ name = '', value }) => ({
    what: name,
    expected: String(numberOf(value) ?? 'a number'),
    got: String(got[name] ?? 'nothing'),
  }));
}

function controlResults(machine: Machine, expected: Value | undefined, got: ReceivedMessage['control']): Result[] {
  if (expected?.kind !== 'array') return [];
  const surplus = got.length > expected.items.length;
  const counted = { what: 'control messages', expected: String(expected.items.length), got: String(got.length) };
  return [
    ...expected.items.flatMap((item) => {
      const type = namesOf(field(item, 'cmsg_type'))[0] ?? '';
      const data = field(item, 'cmsg_data');
      const message = got.find((one) => one.type === type);
      if (message === undefined) return [{ what: type, expected: 'a message', got: 'none' }];
      return data === undefined || data.kind === 'any' ? [] : dataResults(machine, type, data, message);
    }),
    ...(surplus ? [counted] : []),
  ];
}

/** What a recvmsg(2) left beside the data, against what the script has. */
export function messageResults(machine: Machine, message: Value, got: ReceivedMessage): Result[] {
  const flags = field(message, 'msg_flags');
  const text = (names: readonly string[]): string => [...names].sort().join('|') || '0';
  return [
    ...(flags === undefined || flags.kind === 'any'
      ? []
      : [{ what: 'msg_flags', expected: text(namesOf(flags)), got: text(got.flags) }]),
    ...controlResults(machine, field(message, 'msg_control'), got.control),
  ];
}
