import { type Case, defineCase, type Experiment, numberOf, textOf, sharedAdvice } from '../kit/index.js';
import { heldFinWait2, longOrphan, negativeLinger2, orphanLifetime } from '../linger/orphans.experiments.js';
import { keepalive, noTimeout, userTimeout } from './timeouts.experiments.js';

type Played = { readonly experiment: Experiment; readonly variant?: string };

type Kept = { readonly reads: number; readonly lasts: string };

/** Above 60 s TCP_LINGER2 has two timers, which an experiment would have to wait for. */
type Orphaned = Played | { readonly linger2: number };

const orphanTime = defineCase<Orphaned, Kept>({
  id: 'R10',
  articles: [],
  title: 'TCP_LINGER2: how long FIN_WAIT2 lasts when nobody holds it',
  claim: 'TCP_LINGER2 is the lifetime in seconds of an orphaned FIN_WAIT2 socket, instead of tcp_fin_timeout (tcp(7)).',
  rules: ['fin-timeout', 'linger2-over-60', 'half-closed-for-ever'],
  advice:
    'Lower tcp_fin_timeout or this option where peers forget to close. Do not set either above 60: with 61 the FIN_WAIT2 is gone after 2 s. For a socket that is still open set a timeout in the program.',
  labels: { reads: 'the option reads', lasts: 'FIN_WAIT2 lasts' },
  waitsFor: '60 s for the first timer of TCP_LINGER2 300 to expire',
  sideBySide: 9,
  rows: [
    ...(
      [
        ['default', 60],
        ['tcp_fin_timeout 1', 1],
        ['TCP_LINGER2 1', 1],
        ['TCP_LINGER2 61', 61],
      ] as const
    ).map(([name, seconds]) => ({
      name,
      given: { experiment: orphanLifetime, variant: name },
      says: { lasts: `about ${seconds} s` },
    })),
    ...[70, 90, 300].map((linger2) => ({
      name: `TCP_LINGER2 ${linger2}`,
      given: { linger2 },
      says: { lasts: `about ${linger2} s` },
    })),
    // This one is no orphan, and of negative times the man page says nothing.
    { name: 'TCP_LINGER2 1 and a process that keeps the socket', given: { experiment: heldFinWait2 } },
    { name: 'TCP_LINGER2 -1', given: { experiment: negativeLinger2 } },
  ],
  async run(stage, given) {
    if ('linger2' in given) return await longOrphan(stage, given.linger2);
    const findings = await given.experiment.on(stage, given.variant);
    return { reads: numberOf(findings, 'reads'), lasts: textOf(findings, 'lasts') };
  },
  laws: [
    {
      text: 'TCP_LINGER2 replaces tcp_fin_timeout, in seconds, up to 60. Above 60 the FIN_WAIT2 lasts only twice the excess: 2 s for 61, 20 s for 70, and 120 s for 120 or more. A negative value leaves nothing at all, and a socket that a process still holds has no timer.',
      rows: {
        default: { reads: 60, lasts: 'about 60 s' },
        'tcp_fin_timeout 1': { reads: 1, lasts: 'about 1 s' },
        'TCP_LINGER2 1': { reads: 1, lasts: 'about 1 s' },
        'TCP_LINGER2 61': { reads: 61, lasts: 'about 2 s' },
        'TCP_LINGER2 70': { reads: 70, lasts: 'about 20 s' },
        'TCP_LINGER2 90': { reads: 90, lasts: 'about 60 s' },
        'TCP_LINGER2 300': { reads: 120, lasts: 'about 120 s' },
        'TCP_LINGER2 1 and a process that keeps the socket': { reads: 1, lasts: 'for ever, as no timer runs' },
        'TCP_LINGER2 -1': { reads: -1, lasts: 'nothing is left' },
      },
    },
  ],
});

type Noticed = { readonly error: string; readonly after: string };

const inTime: Noticed = { error: 'ETIMEDOUT', after: 'in time' };

const vanished = defineCase<Played, Noticed>({
  id: 'R11',
  articles: [],
  title: 'A peer that vanished: TCP_USER_TIMEOUT and keepalive',
  claim:
    'When its peer has vanished, a connection with data that is not acknowledged ends after TCP_USER_TIMEOUT, and an idle one after the times of keepalive: the next call fails with ETIMEDOUT (tcp(7)).',
  rules: ['user-timeout', 'keepalive-idle-only'],
  advice: sharedAdvice.R11,
  labels: { error: 'error', after: 'when' },
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
    {
      name: 'TCP_USER_TIMEOUT 3 s and data on its way',
      given: { experiment: userTimeout, variant: 'data on its way, 3 s' },
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
  laws: [
    {
      text: 'TCP_USER_TIMEOUT ends a connection with data on its way, about 0.4 s after the time set, which matters for short times only; keepalive ends an idle one in time. Neither does the work of the other, and without both nothing ends.',
      rows: {
        'TCP_USER_TIMEOUT 300 ms and data on its way': { error: 'ETIMEDOUT', after: 'after more than twice the time' },
        'keepalive 1 s + 1 s on an idle connection': { error: 'ETIMEDOUT', after: 'in time' },
        'TCP_USER_TIMEOUT 3 s and data on its way': { error: 'ETIMEDOUT', after: 'in time' },
        'TCP_USER_TIMEOUT 300 ms on an idle connection': { error: 'none', after: 'it is still ESTABLISHED' },
        'keepalive 1 s + 1 s and data on its way': { error: 'none', after: 'it is still ESTABLISHED' },
        'neither of them on an idle connection': { error: 'none', after: 'it is still ESTABLISHED' },
      },
    },
  ],
});

/** What the kernel's timers end. */
export const timeoutsCases: readonly Case[] = [orphanTime, vanished];
