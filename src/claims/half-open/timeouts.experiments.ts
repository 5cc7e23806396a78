import {
  type Experiment,
  experiment,
  flagsOf,
  type LabSocket,
  readingOf,
  resultOf,
  type TraceSegment,
  until,
} from '../kit/index.js';

/** A timer may be late by what a busy machine takes; twice the time is another thing. */
function punctual(ms: number, limitMs: number): string {
  if (ms <= limitMs * 1.5) return 'in time';
  return ms >= limitMs * 2 ? 'after more than twice the time' : 'late';
}

/**
 * How long after the last word of the client the server gave up, by the kernel's timestamps: tcp_keepalive_timer() sends RST
 * where it does, and a busy machine calls recv() back late.
 */
function silenceMs(segments: readonly TraceSegment[]): number {
  const heard = segments.findLast(({ from, receivedMs }) => from === 'client' && receivedMs !== undefined);
  const reset = segments.find(({ from, flags }) => from === 'server' && flags.includes('RST'));
  if (heard?.receivedMs === undefined || reset === undefined) throw new Error('the server gave up without RST');
  return reset.sentMs - heard.receivedMs;
}

/** Without a timer of the kernel the connection stays for ever. */
function timerRuns({ host, local }: LabSocket): boolean {
  const [row] = host.look('the timer of the connection', { localPort: local.port, state: 'ESTABLISHED' });
  return row?.timer !== undefined;
}

/** Nothing will ever be noticed. One that was, and whose reader has not been called yet, is in CLOSE. */
function isForgotten(socket: LabSocket): boolean {
  return !timerRuns(socket) && socket.state === 'ESTABLISHED';
}

function notNoticed({ state }: LabSocket): { error: string; after: string } {
  return { error: 'none', after: `it is still ${state}` };
}

/** TCP_USER_TIMEOUT looks at data without an ACK, and at nothing else. */
export const userTimeout = experiment(
  'TCP_USER_TIMEOUT and a peer that vanished',
  {
    name: 'user-timeout',
    about:
      'With data on its way the connection ends with ETIMEDOUT, about 0.4 s later than the option says; an idle one does not notice.',
    rule: 'tcp_write_timeout() applies TCP_USER_TIMEOUT to data without an ACK, and counts from the first retransmission (retransmits_timed_out(), tcp_clamp_rto_to_user_timeout()), so it is late by the time to that, and by the timer of the last one.',
    cases: ['R11'],
    labels: { error: 'error', after: 'when' },
    variants: {
      'data on its way': { hasData: true, limitMs: 300 },
      'data on its way, 3 s': { hasData: true, limitMs: 3000 },
      idle: { hasData: false, limitMs: 300 },
    },
  },
  async ({ host, mark }, { hasData, limitMs }) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen({ port: 8080, options: { TCP_USER_TIMEOUT: limitMs } });
    await client.connect(server, 8080);
    const s = await listener.accept('server');
    mark('the client is gone, without a word');
    client.vanish();
    const begin = performance.now();
    if (hasData) await s.send('anyone there?');
    const reading = readingOf(s);
    if (isForgotten(s)) return notNoticed(s);
    const error = await reading.done;
    return { error, after: punctual(performance.now() - begin, limitMs) };
  },
);

const keepaliveOptions = { SO_KEEPALIVE: true, TCP_KEEPIDLE: 1, TCP_KEEPINTVL: 1, TCP_KEEPCNT: 1 };

/** Keepalive looks at idle connections, and at nothing else. */
export const keepalive = experiment(
  'Keepalive and a peer that vanished',
  {
    name: 'keepalive',
    about: 'An idle connection is probed and ends with ETIMEDOUT; with data on its way no probe is sent.',
    rule: 'tcp_keepalive_timer() sends no probe while data is in flight: then retransmission counts, up to tcp_retries2 (15 times, about 15 minutes). The end is tcp_write_err() in either case.',
    cases: ['R11'],
    labels: { error: 'error', after: 'when', probes: 'probes' },
    variants: { idle: false, 'data on its way': true },
  },
  async ({ host, mark, segments }, hasData) => {
    const [server, client] = [host('server'), host('client')];
    const limitMs = 2000;
    const listener = server.listen({ port: 8080, options: keepaliveOptions });
    await client.connect(server, 8080);
    const s = await listener.accept('server');
    mark('the client is gone, without a word');
    client.vanish();
    if (hasData) {
      await s.send('anyone there?');
      // The two seconds are over for keepalive once nothing has been heard for longer.
      const isOver = (): boolean => s.state === 'CLOSE' || s.socket.getOption('TCP_INFO').lastAckRecvMs > 2300;
      await until(() => (isOver() ? true : undefined), 'more than 2 s of silence');
    }
    const isNoticed = !hasData || s.state !== 'ESTABLISHED';
    const error = isNoticed ? await resultOf(() => s.recv()) : '';
    const lost = segments().filter(({ receivedMs }) => receivedMs === undefined);
    const probes = lost.filter((segment) => flagsOf(segment) === 'ACK' && segment.length === 0).length;
    return isNoticed
      ? { error, after: punctual(silenceMs(segments()), limitMs), probes }
      : { ...notNoticed(s), probes };
  },
);

/** The default. */
export const noTimeout = experiment(
  'A peer that vanished, and nothing set',
  {
    name: 'no-timeout',
    about: 'No timer runs on an idle connection: it stays ESTABLISHED for ever, and recv() does not return.',
    rule: 'RFC 9293 section 3.8.4: keepalive is off by default. Without data to send, and without SO_KEEPALIVE, tcp_write_timer() and tcp_keepalive_timer() are not set.',
    cases: ['R11'],
    labels: { error: 'error', after: 'when' },
  },
  async ({ host, mark }) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(8080);
    await client.connect(server, 8080);
    const s = await listener.accept('server');
    mark('the client is gone, without a word');
    client.vanish();
    const reading = readingOf(s);
    if (isForgotten(s)) return notNoticed(s);
    return { error: await reading.done, after: 'something was noticed' };
  },
);

export const timeoutsExperiments: readonly Experiment[] = [userTimeout, keepalive, noTimeout];
