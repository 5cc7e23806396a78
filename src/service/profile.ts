import { integer, invalidArgument, knownKeys, UsageError } from '../errors.js';
import type { OptionValues } from '../options/types.js';

/** What a set of options is for. */
export interface ProfileSettings {
  /** A vanished peer is noticed in time, whether or not something is being sent. */
  readonly failover: {
    /** After so long without an answer the connection has failed. 3000 to 7200000. */
    readonly withinMs: number;
  };
  /** An idle connection is kept alive across a NAT or firewall that forgets. */
  readonly 'behind-nat': {
    /** The shortest time after which a NAT or firewall on the way forgets an idle connection. 10000 to 7200000, default 300000. */
    readonly forgottenAfterMs?: number | undefined;
  };
  /** What is written goes out at once. */
  readonly 'low-latency': Record<never, never>;
  /** Buffers hold what is on its way over a long fat pipe. */
  readonly bulk: {
    /** Bytes that may be on their way: bandwidth times round trip. 4096 to 1073741823. */
    readonly inFlight: number;
  };
}

/** A use for which there is a set of options. */
export type ProfileName = keyof ProfileSettings;

/** One option of a profile, and why it has its value. */
export interface ProfileRow {
  /** Its C name. */
  readonly option: keyof OptionValues;
  /** What is set, in the unit of the option. */
  readonly value: number | boolean;
  /** What the value does, and why this one: a whole sentence. */
  readonly reason: string;
}

/** What an idle connection may take beyond the sum of its keep-alive times: timers of the kernel run late, never early. */
const slackMs = 500;
const secondMs = 1000;

/** Whole seconds, rounded down, at least one: TCP_KEEPIDLE and TCP_KEEPINTVL know no less. */
function seconds(ms: number): number {
  return Math.max(1, Math.floor(ms / secondMs));
}

const makers: { readonly [Name in ProfileName]: (settings: ProfileSettings[Name]) => ProfileRow[] } = {
  failover({ withinMs }) {
    integer(withinMs, 'withinMs', 3000, 7_200_000);
    const interval = seconds(withinMs / 5);
    const timeout = withinMs - interval * secondMs - slackMs;
    return [
      {
        option: 'TCP_USER_TIMEOUT',
        value: timeout,
        reason:
          'Unacknowledged data, SYNs and unanswered keep-alive probes end the connection with ETIMEDOUT after this time (RFC 5482, tcp_write_timeout(), tcp_keepalive_timer()). It is looked at when a timer runs, so it is one probe interval and half a second less than what was asked for.',
      },
      {
        option: 'SO_KEEPALIVE',
        value: true,
        reason: 'Without data on its way only a probe finds out that the peer is gone.',
      },
      {
        option: 'TCP_KEEPIDLE',
        value: interval,
        reason: 'The first probe goes out after this many seconds of silence.',
      },
      {
        option: 'TCP_KEEPINTVL',
        value: interval,
        reason:
          'A probe that is not answered is sent again after this many seconds; TCP_USER_TIMEOUT says when it was the last.',
      },
    ];
  },
  'behind-nat'({ forgottenAfterMs = 300_000 }) {
    integer(forgottenAfterMs, 'forgottenAfterMs', 10_000, 7_200_000);
    return [
      { option: 'SO_KEEPALIVE', value: true, reason: 'Probes are traffic: they keep the entry of the NAT.' },
      {
        option: 'TCP_KEEPIDLE',
        value: seconds(forgottenAfterMs / 2),
        reason: 'Half the time after which the entry is forgotten, so that one lost probe does no harm.',
      },
      {
        option: 'TCP_KEEPINTVL',
        value: seconds(forgottenAfterMs / 10),
        reason: 'A lost probe is sent again well before the entry is forgotten.',
      },
      { option: 'TCP_KEEPCNT', value: 5, reason: 'Five unanswered probes take the rest of that time.' },
    ];
  },
  'low-latency'() {
    return [
      {
        option: 'TCP_NODELAY',
        value: true,
        reason: 'A small segment is sent although earlier data is not acknowledged (Nagle, RFC 9293 section 3.7.4).',
      },
      {
        option: 'TCP_NOTSENT_LOWAT',
        value: 16_384,
        reason:
          'The socket is writable only while less than this waits to be sent, so that new data does not stand behind old.',
      },
    ];
  },
  bulk({ inFlight }) {
    integer(inFlight, 'inFlight', 4096, 2 ** 30 - 1);
    return [
      {
        option: 'SO_SNDBUF',
        value: inFlight,
        reason:
          'The kernel doubles it for its own needs; above net.core.wmem_max it is cut. It ends the automatic size.',
      },
      {
        option: 'SO_RCVBUF',
        value: inFlight,
        reason: 'Set before connect or listen, or the window scale is chosen for less (RFC 7323 section 2.3).',
      },
    ];
  },
};

/** The options of {@link profile}, each with its reason. */
export function profileRows<Name extends ProfileName>(name: Name, settings: ProfileSettings[Name]): ProfileRow[] {
  if (typeof name !== 'string' || !Object.hasOwn(makers, name))
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `unknown profile ${JSON.stringify(name)}; choose ${Object.keys(makers).join(', ')}`,
    );
  if (typeof settings !== 'object' || settings === null) throw invalidArgument('settings', 'an object', settings);
  knownKeys(settings, `profile ${name}`, ['withinMs', 'forgottenAfterMs', 'inFlight']);
  return makers[name](settings);
}

/**
 * A consistent set of options for one purpose, as plain data for `listen`, `connect`, `createConnection` and `setOptions`.
 *
 * `failover` - a peer that is gone is noticed within `withinMs`, idle or not, and a connect that nobody answers too.
 * `behind-nat` - an idle connection is not forgotten on the way. `low-latency` - small messages leave at once. `bulk` - room
 * for `inFlight` bytes on a long way.
 *
 * @throws {UsageError} `ERR_OUT_OF_RANGE`, `ERR_ARGUMENT_INVALID` - an unknown profile or setting.
 */
export function profile<Name extends ProfileName>(name: Name, settings: ProfileSettings[Name]): OptionValues {
  return Object.fromEntries(profileRows(name, settings).map(({ option, value }) => [option, value]));
}
