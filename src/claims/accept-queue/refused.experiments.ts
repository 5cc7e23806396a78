import { readFileSync } from 'node:fs';
import {
  type Experiment,
  experiment,
  flagsOf,
  type Host,
  type PassingSegment,
  queueHolds,
  resultOf,
  until,
} from '../kit/index.js';

/** How often a full queue has cost a connection on this host: ListenOverflows of /proc/net/netstat. */
function overflows(host: Host): number {
  const [names = '', values = ''] = host.run(() => readFileSync('/proc/thread-self/net/netstat', 'utf8')).split('\n');
  return Number(values.split(' ')[names.split(' ').indexOf('ListenOverflows')]);
}

/** A SYN for a port without a listener. */
export const connectRefused = experiment(
  'connect() to a port nobody listens on',
  {
    name: 'connect-refused',
    about: 'The SYN is answered with RST, and connect() fails with ECONNREFUSED.',
    rule: 'tcp_v4_rcv() finds no socket and answers with RST (RFC 9293 section 3.10.7.1); in SYN_SENT tcp_reset() makes ECONNREFUSED of it.',
    cases: ['R5'],
    labels: { client: 'connect()', answer: 'answer to the SYN' },
  },
  async ({ host, segments }) => {
    const [server, client] = [host('server'), host('client')];
    const result = await resultOf(() => client.connect(server, 8080));
    const answers = segments().filter(({ from }) => from === 'server');
    return { client: result, answer: answers.map(flagsOf).join(', ') };
  },
);

const goesOn = 'goes on trying';
const abortOnOverflow = { 'tcp_abort_on_overflow 0': 0, 'tcp_abort_on_overflow 1': 1 } as const;

/** A SYN for a listener whose queue is full. */
export const queueFull = experiment(
  'connect() to a listener whose queue is full',
  {
    name: 'queue-full',
    about:
      'The SYN is dropped in silence, whatever tcp_abort_on_overflow says; the next one finds room after an accept().',
    rule: 'tcp_conn_request() drops a SYN where sk_acceptq_is_full(): the queue holds more than the backlog. The client sends its SYN again after 1 s (TCP_TIMEOUT_INIT).',
    cases: ['R5'],
    labels: { client: 'connect()', afterAccept: 'connect() after an accept()' },
    variants: abortOnOverflow,
  },
  async ({ host, mark }, abort) => {
    const [server, client] = [host('server'), host('client')];
    server.setSysctl('net.ipv4.tcp_abort_on_overflow', abort);
    const listener = server.listen({ port: 8080, backlog: 0 });
    await client.connect(server, 8080, { name: 'first' });
    await queueHolds(server, 8080, 1);
    mark('the queue is full: one connection, with a backlog of 0');
    const late = client.open({ name: 'second' });
    const connected = resultOf(() => late.connect({ address: server.address, port: 8080 }));
    await until(() => (overflows(server) > 0 || late.state === 'CLOSE' ? true : undefined), 'the fate of the SYN');
    const isTrying = late.state === 'SYN_SENT';
    await listener.accept('accepted');
    mark('accept() has made room');
    const afterAccept = await connected;
    return { client: isTrying ? goesOn : afterAccept, afterAccept };
  },
);

/** The last ACK of a handshake for a listener whose queue is full by then. */
export const queueFullAtLastAck = experiment(
  'The queue is full when the last ACK comes',
  {
    name: 'queue-full-at-last-ack',
    about:
      'The client is connected already. Its ACK is dropped and comes again with the data, or, with tcp_abort_on_overflow 1, is answered with RST.',
    rule: 'tcp_check_req() makes the socket of the connection when the last ACK comes; where tcp_v4_syn_recv_sock() finds the queue full it looks at sysctl_tcp_abort_on_overflow.',
    cases: ['R5'],
    labels: { client: 'the client', afterAccept: 'read after an accept()' },
    variants: abortOnOverflow,
  },
  async ({ host, link, mark, segments, settle }, abort) => {
    const [server, client] = [host('server'), host('client', { relayed: true })];
    server.setSysctl('net.ipv4.tcp_abort_on_overflow', abort);
    const listener = server.listen({ port: 8080, backlog: 0 });
    const from = { port: 5000 };
    // Not only once: on a busy machine the SYN ACK is sent again before the queue is full, and acknowledged again.
    const isSlow = ({ flags, source }: PassingSegment): boolean => source.port === from.port && !flags.includes('SYN');
    link(server, client).lose({ from: client, where: isSlow });
    const slow = await client.connect(server, 8080, { name: 'slow', from });
    await client.connect(server, 8080, { name: 'fast' });
    await queueHolds(server, 8080, 1);
    link(server, client).loseNothing();
    mark('the ACK of the slow one was lost; the fast one has filled the queue');
    await slow.send('hello');
    const cameAgain = (): boolean =>
      segments().some(
        ({ length, retransmission, receivedMs }) => length > 0 && retransmission && receivedMs !== undefined,
      );
    await until(() => (slow.state === 'CLOSE' || cameAgain() ? true : undefined), 'the fate of the data');
    await settle();
    if (slow.state !== 'ESTABLISHED') return { client: `connected, then ${await resultOf(() => slow.recv())}` };
    await listener.accept('fast one');
    mark('accept() has made room');
    const accepted = await listener.accept('slow one');
    return { client: goesOn, afterAccept: await resultOf(() => accepted.recv()) };
  },
);

export const refusedExperiments: readonly Experiment[] = [connectRefused, queueFull, queueFullAtLastAck];
