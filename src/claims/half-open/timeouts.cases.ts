import { type Case, defineCase, type Experiment, labelledClauses, numberOf, textOf } from '../kit/index.js';
import { heldFinWait2, negativeLinger2, orphanLifetime } from '../linger/orphans.experiments.js';
import { keepalive, noTimeout, userTimeout } from './timeouts.experiments.js';

type Played = { readonly experiment: Experiment; readonly variant?: string };

type Kept = { readonly reads: number; readonly lasts: string };

const orphanTime = defineCase<Played, Kept>({
  id: 'R10',
  articles: [],
  title: 'TCP_LINGER2: how long FIN_WAIT2 lasts when nobody holds it',
  claim:
    'TCP_LINGER2 is the lifetime in seconds of an orphaned FIN_WAIT2 socket, in place of tcp_fin_timeout (tcp(7)).',
  rule: 'tcp_fin_time() takes the option or the sysctl; do_tcp_setsockopt() cuts it to TCP_FIN_TIMEOUT_MAX, 120 s. Above 60 s the full socket waits for what is above by its keepalive timer, and then the minisocket not for 60 s but for as long again (tcp_keepalive_timer() passes tcp_fin_time() - TCP_TIMEWAIT_LEN to tcp_time_wait()). A negative value resets at once (__tcp_close()). Where the ACK of the FIN comes while close(2) still holds the socket, which is seldom, the full socket stays for times below 60 s too, and the peer is sent RST at their end.',
  advice:
    "Lower tcp_fin_timeout or this option where peers forget to close, and do not set either above 60: with 61 it is gone after 2 s. With a negative value close() sends RST after its FIN. A socket that is still open needs a timeout of the program's own.",
  sideBySide: 8,
  rows: [
    ...(
      [
        ['default', 60],
        ['tcp_fin_timeout 1', 1],
        ['TCP_LINGER2 1', 1],
        ['TCP_LINGER2 61', 61],
        ['TCP_LINGER2 300', 300],
      ] as const
    ).map(([name, seconds]) => ({
      name,
      given: { experiment: orphanLifetime, variant: name },
      says: { lasts: `about ${seconds} s` },
    })),
    // This one is no orphan, and of negative times the man page says nothing.
    { name: 'TCP_LINGER2 1 and a process that keeps the socket', given: { experiment: heldFinWait2 } },
    { name: 'TCP_LINGER2 -1', given: { experiment: negativeLinger2 } },
  ],
  async run(stage, { experiment, variant }) {
    const findings = await experiment.on(stage, variant);
    return { reads: numberOf(findings, 'reads'), lasts: textOf(findings, 'lasts') };
  },
  because: (rows) =>
    labelledClauses(
      rows,
      ({ observed: { lasts } }) =>
        lasts === 'nothing is left'
          ? 'nothing is left at all'
          : `FIN_WAIT2 lasts ${lasts.replace(' and then another timer', ', and then another timer runs')}`,
      ({ name }) => (name === 'default' ? 'by default' : `with ${name}`),
    ),
});

type Noticed = { readonly error: string; readonly after: string };

const inTime: Noticed = { error: 'ETIMEDOUT', after: 'in time' };

const vanished = defineCase<Played, Noticed>({
  id: 'R11',
  articles: [],
  title: 'A peer that vanished: TCP_USER_TIMEOUT and keepalive',
  claim:
    'When its peer has vanished, a connection with data that is not acknowledged ends after TCP_USER_TIMEOUT, and an idle one after the times of keepalive: the next call fails with ETIMEDOUT (tcp(7)).',
  rule: 'tcp_write_timeout() applies TCP_USER_TIMEOUT to data without an ACK only, so on an idle connection nothing runs, and it counts from the first retransmission, not from the send (retransmits_timed_out(), tcp_clamp_rto_to_user_timeout()). tcp_keepalive_timer() sends no probe while data is in flight: then retransmission counts, up to tcp_retries2 (15 times, about 15 minutes). Both end in tcp_write_err().',
  advice:
    'Set both: keepalive for idle connections, TCP_USER_TIMEOUT for those with data on its way, and the same total for the two.',
  sideBySide: 8,
  rows: [
    {
      name: 'TCP_USER_TIMEOUT 300 ms and data on its way',
      given: { experiment: userTimeout, variant: 'data on its way' },
      says: inTime,
    },
    {
      name: 'keepalive 1 s + 1 s on an idle connection',
      given: { experiment: keepalive, variant: 'idle' },
      says: inTime,
    },
    // For these the man page promises nothing.
    {
      name: 'TCP_USER_TIMEOUT 300 ms on an idle connection',
      given: { experiment: userTimeout, variant: 'idle' },
    },
    {
      name: 'keepalive 1 s + 1 s and data on its way',
      given: { experiment: keepalive, variant: 'data on its way' },
    },
    { name: 'neither of them on an idle connection', given: { experiment: noTimeout } },
  ],
  async run(stage, { experiment, variant }) {
    const findings = await experiment.on(stage, variant);
    return { error: textOf(findings, 'error'), after: textOf(findings, 'after') };
  },
  because: (rows) =>
    labelledClauses(
      rows,
      ({ observed: { error, after } }) =>
        error === 'none' ? `there is no error and ${after}` : `the connection ends with ${error} ${after}`,
      ({ name }) => `with ${name}`,
    ),
});

/** What the kernel's timers end. */
export const timeoutsCases: readonly Case[] = [orphanTime, vanished];
