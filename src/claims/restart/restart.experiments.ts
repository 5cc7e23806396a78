import {
  abandon,
  comesTrue,
  endingsOf,
  type Experiment,
  experiment,
  flagsOf,
  type Host,
  resultOf,
  reuse,
  startAgain,
  until,
} from '../kit/index.js';

/** The states of the connections of the port, listeners aside. */
function left(server: Host): string {
  const rows = server.look('what is left on the port', { localPort: 8080 });
  return (
    rows
      .map(({ state }) => state)
      .filter((state) => state !== 'LISTEN')
      .join(', ') || 'nothing'
  );
}

/** The port is in use again while the last ACK is lost. */
export const timeWaitRobbed = experiment(
  'Reusing a port in TIME_WAIT',
  {
    name: 'time-wait-robbed',
    about:
      'A new listener leaves the TIME_WAIT in place, which acknowledges the repeated FIN; a connect() of the same four-tuple takes it, and the old peer is reset.',
    rule: 'bind(2) with SO_REUSEADDR leaves the TIME_WAIT in the table of connections, where tcp_v4_rcv() finds it before the listener. A connection of the same four-tuple removes it (__inet_check_established()), and in SYN_SENT an ACK that does not fit is answered with RST.',
    cases: ['S14'],
    labels: { timeWait: 'TIME_WAIT', answer: 'answer to the repeated FIN' },
    variants: { 'a new listener': 'listen', 'a connect() to the same peer': 'connect' },
  },
  async ({ host, link, mark, segments, settle }, how) => {
    const [server, client] = [host('server'), host('client', { relayed: true })];
    const listener = server.listen({ port: 8080, options: reuse });
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    const old = { localPort: 8080, remotePort: c.local.port };
    s.close();
    await resultOf(() => c.recv());
    // Not just one segment: on a busy machine that may be the server's FIN, sent once more.
    link(server, client).lose({ from: server });
    const peer = c.local;
    c.close();
    await server.waitFor({ ...old, state: 'TIME_WAIT' }, 'the server closed first');
    await settle();
    link(server, client).loseNothing();
    mark('the last ACK is lost; the port is used again');
    listener.close();
    const before = segments().length;
    const next = server.open({ name: 'next', options: reuse }).bind({ address: server.address, port: 8080 });
    if (how === 'listen') next.listen();
    else next.tryConnect(peer);
    const timeWait = server.sockets({ ...old, state: 'TIME_WAIT' }).length > 0 ? 'stands' : 'gone';
    await client.waitUntilGone({ localPort: peer.port }, 'the old connection of the client is over');
    const answers = segments()
      .slice(before)
      .filter(({ from }) => from === 'server')
      .map(flagsOf);
    return { timeWait, answer: answers.find((flags) => flags !== 'SYN') ?? 'nothing' };
  },
);

/** The old client goes on after the restart. */
export const lateData = experiment(
  'The old client sends after the restart',
  {
    name: 'late-data',
    about:
      'The first send succeeds and is answered with RST; the next one fails, with EPIPE where the FIN of the old server had come, with ECONNRESET where none had.',
    rule: 'A FIN_WAIT2 without owner answers data with RST and is gone (tcp_timewait_state_process()). Where nothing owns the four-tuple, the new listener gets the segment and answers RST (RFC 9293 section 3.10.7.2). tcp_reset() sets EPIPE in CLOSE_WAIT, ECONNRESET in ESTABLISHED.',
    cases: ['S15'],
    labels: { firstSend: 'first send()', answer: 'answer to it', nextSend: 'next send()' },
    variants: {
      'the old end is FIN_WAIT_2': 'waits',
      'the old end is gone': 'gone',
      'the old end was lost without a word': 'lost',
    } as const,
  },
  async ({ host, mark, segments }, oldEnd) => {
    const [server, client] = [host('server'), host('client')];
    // So long an orphan is kept: the shortest time there is.
    server.setSysctl('net.ipv4.tcp_fin_timeout', oldEnd === 'gone' ? 1 : 60);
    const listener = server.listen({ port: 8080, options: reuse });
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    const old = { localPort: 8080, remotePort: c.local.port };
    // As a crash of the machine does: in repair mode a close says nothing to the client.
    if (oldEnd === 'lost') s.setOption('TCP_REPAIR', 1);
    if (oldEnd === 'gone') await abandon(s);
    else s.close();
    listener.close();
    if (oldEnd !== 'lost') await server.waitFor({ ...old, state: 'FIN_WAIT2' }, 'the server has stopped');
    if (oldEnd === 'gone') await server.waitUntilGone(old, 'the old end is gone');
    server.listen({ name: 'restarted', port: 8080, options: reuse });
    mark('the server has been restarted');
    const before = segments().length;
    const firstSend = await resultOf(() => c.send('for the old server'));
    await comesTrue(() => c.state === 'CLOSE', 'the answer');
    return {
      firstSend,
      answer: endingsOf(segments().slice(before), 'server'),
      nextSend: await resultOf(() => c.send('more')),
    };
  },
);

/** What the client does last decides whether the server can be started again. */
export const clientAtKeyboard = experiment(
  'The client that sits at its keyboard',
  {
    name: 'client-at-keyboard',
    about:
      'The client types a line before it exits: RST ends the FIN_WAIT2 and no TIME_WAIT follows. Had it only exited, there would be one.',
    rule: 'The stopped server is in FIN_WAIT2. Data that arrives there finds nobody to read it: tcp_timewait_state_process() answers RST and frees the minisocket. A FIN makes a TIME_WAIT of it.',
    cases: ['S16'],
    labels: {
      whileItWaits: 'restart while it waits',
      sent: 'sent by the server',
      left: 'left on the port',
      afterExit: 'restart after its exit',
    },
    variants: { 'types a line, then exits': true, 'exits without a word': false },
  },
  async ({ host, mark, segments }, types) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    const s = await listener.accept('server');
    mark('the server is stopped while the client waits for its keyboard');
    s.close();
    listener.close();
    await server.waitFor({ localPort: 8080, state: 'FIN_WAIT2' }, 'the server has stopped');
    const whileItWaits = startAgain(server, { port: 8080, name: 'second' });
    if (types) {
      await c.send('a line\n');
      await until(() => (c.state === 'CLOSE' ? true : undefined), 'the answer to the line');
    }
    c.close();
    await c.waitForState('CLOSED');
    const remains = left(server);
    return {
      whileItWaits,
      sent: endingsOf(segments(), 'server'),
      left: remains,
      afterExit: startAgain(server, { port: 8080, name: 'third' }),
    };
  },
);

export const restartExperiments: readonly Experiment[] = [timeWaitRobbed, lateData, clientAtKeyboard];
