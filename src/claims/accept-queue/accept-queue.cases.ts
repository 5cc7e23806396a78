import { type Case, clauses, defineCase, type Experiment, numberOf, textOf } from '../kit/index.js';
import { handshakeMigrated, listenerClosed, queueMigrated, stillHere } from './closing-listener.experiments.js';
import { deferAccept, fastOpen } from './early-data.experiments.js';
import { connectRefused, queueFull, queueFullAtLastAck } from './refused.experiments.js';

type Played = { readonly experiment: Experiment; readonly variant?: string };

const refused = defineCase<Played, string>({
  id: 'R5',
  articles: [],
  title: 'connect() to nobody, and to a full queue',
  claim:
    'connect() to a port nobody listens on is refused; to a listener with a full queue it goes on trying, or is reset if tcp_abort_on_overflow is 1 (listen(2), ip-sysctl).',
  rule: 'tcp_v4_rcv() answers a SYN for nobody with RST. tcp_conn_request() drops a SYN when the queue is full whatever the setting; only tcp_check_req() looks at sysctl_tcp_abort_on_overflow, when the last ACK of a handshake finds no room.',
  advice:
    'Watch ListenOverflows and the accept queue (Recv-Q of the listener); a longer backlog or more acceptors help. With tcp_abort_on_overflow a client cannot tell an overloaded server from a crashed one.',
  sideBySide: 5,
  rows: [
    { name: 'nobody listens', given: { experiment: connectRefused }, says: 'ECONNREFUSED' },
    {
      name: 'the queue is full when the SYN comes (tcp_abort_on_overflow 0)',
      given: { experiment: queueFull, variant: 'tcp_abort_on_overflow 0' },
      says: 'goes on trying',
    },
    {
      name: 'the queue is full when the SYN comes (tcp_abort_on_overflow 1)',
      given: { experiment: queueFull, variant: 'tcp_abort_on_overflow 1' },
      // An RST in answer to a SYN.
      says: 'ECONNREFUSED',
    },
    // Here connect() has succeeded before: what the client sees of the full queue is not said.
    {
      name: 'the queue is full when the last ACK comes (tcp_abort_on_overflow 0)',
      given: { experiment: queueFullAtLastAck, variant: 'tcp_abort_on_overflow 0' },
    },
    {
      name: 'the queue is full when the last ACK comes (tcp_abort_on_overflow 1)',
      given: { experiment: queueFullAtLastAck, variant: 'tcp_abort_on_overflow 1' },
    },
  ],
  run: async (stage, { experiment, variant }) => textOf(await experiment.on(stage, variant), 'client'),
  because: (rows) =>
    clauses(
      rows,
      ({ observed }) =>
        observed.startsWith('E')
          ? `connect() fails with ${observed}`
          : `the client ${observed.replace('connected, then', 'is connected, and then reads')}`,
      ({ name }) => `where ${name}`,
    ),
});

const closedListener = defineCase<Played, string>({
  id: 'R8',
  articles: [],
  title: 'Closing a listener with connections in its queue',
  claim:
    'Closing a listener leaves the connections it has taken alone, and those not accepted yet go to another listener of the SO_REUSEPORT group, which could have taken them (ip-sysctl, tcp_migrate_req).',
  rule: 'inet_csk_listen_stop() ends what nobody has accepted with RST, although the peer has long been ESTABLISHED. Only with net.ipv4.tcp_migrate_req, or a BPF program for it, does reuseport_migrate_sock() hand it on; a handshake under way moves when its next segment comes (inet_reqsk_clone()).',
  advice:
    'To restart without loss, set tcp_migrate_req=1, or pass the listening descriptor on, or accept until the queue is empty before you close.',
  since: '5.14',
  rows: [
    { name: 'accepted before', given: { experiment: listenerClosed, variant: 'accepted' }, says: 'kept' },
    // The claim is about those that have another listener.
    {
      name: 'in the queue of the only listener',
      given: { experiment: listenerClosed, variant: 'in the queue' },
    },
    {
      name: 'in the queue of one of two listeners, tcp_migrate_req 0',
      given: { experiment: queueMigrated, variant: 'tcp_migrate_req 0' },
      says: 'kept',
    },
    {
      name: 'in the queue of one of two listeners, tcp_migrate_req 1',
      given: { experiment: queueMigrated, variant: 'tcp_migrate_req 1' },
      says: 'kept',
    },
    {
      name: 'in a handshake with one of two listeners, tcp_migrate_req 0',
      given: { experiment: handshakeMigrated, variant: 'tcp_migrate_req 0' },
      says: 'kept',
    },
    {
      name: 'in a handshake with one of two listeners, tcp_migrate_req 1',
      given: { experiment: handshakeMigrated, variant: 'tcp_migrate_req 1' },
      says: 'kept',
    },
  ],
  async run(stage, { experiment, variant }) {
    const recv = textOf(await experiment.on(stage, variant), 'recv');
    return recv === stillHere ? 'kept' : recv;
  },
  because: (rows) =>
    clauses(
      rows,
      ({ observed }) => (observed === 'kept' ? 'a connection lives on' : `its client reads ${observed}`),
      ({ name }) => `if ${name.replace(', ', ' with ')}`,
    ),
});

type Accepted = { readonly accept: string; readonly bytesInSyn: number };

const acceptEarlyOrLate = defineCase<Played, Accepted>({
  id: 'R16',
  articles: [],
  title: 'TCP_DEFER_ACCEPT and TCP_FASTOPEN: what accept() and the wire see',
  claim:
    'With TCP_DEFER_ACCEPT a listener is awakened only when data arrives (tcp(7)); with TCP_FASTOPEN the data travels in the SYN (RFC 7413).',
  rule: "tcp_check_req() puts the bare ACK of a deferred handshake aside until SYN+ACK has been sent again as often as the seconds come to; the next bare ACK is taken. Fast Open needs a cookie that the first connection fetches (tcp_fastopen_cookie_check()), kept by the client in its metrics, and the server's bit 0x2 of net.ipv4.tcp_fastopen.",
  advice:
    'With TCP_DEFER_ACCEPT still expect connections without data, and a timeout for them. Send only what may arrive twice by Fast Open, and count on it for none but returning clients.',
  sideBySide: 3,
  rows: [
    {
      name: 'TCP_DEFER_ACCEPT, the client is silent',
      given: { experiment: deferAccept, variant: 'the client is silent' },
      says: { accept: 'nothing' },
    },
    {
      name: 'TCP_DEFER_ACCEPT, the client sends',
      given: { experiment: deferAccept, variant: 'the client sends' },
      says: { accept: 'a connection with data' },
    },
    {
      name: 'TCP_DEFER_ACCEPT, the client stays silent for longer than the time',
      given: { experiment: deferAccept, variant: 'the client stays silent' },
      says: { accept: 'nothing' },
    },
    {
      name: 'TCP_FASTOPEN, the second connection',
      given: { experiment: fastOpen, variant: 'the second connection' },
      says: { bytesInSyn: 9 },
    },
    // RFC 7413 section 3: the first one asks for the cookie. And with 1 the sysctl does not allow the server the option.
    {
      name: 'TCP_FASTOPEN, the first connection',
      given: { experiment: fastOpen, variant: 'the first connection' },
    },
    {
      name: 'TCP_FASTOPEN, the second connection with the sysctl for clients only',
      given: { experiment: fastOpen, variant: 'the second connection, the sysctl for clients only' },
    },
  ],
  async run(stage, { experiment, variant }) {
    const findings = await experiment.on(stage, variant);
    return { accept: textOf(findings, 'accept'), bytesInSyn: numberOf(findings, 'bytesInSyn') };
  },
  because: (rows) =>
    clauses(
      rows,
      ({ given, observed: { accept, bytesInSyn } }) =>
        given.experiment === deferAccept
          ? `with TCP_DEFER_ACCEPT accept() gives ${accept}`
          : `with TCP_FASTOPEN the SYN carries ${bytesInSyn} bytes of data`,
      ({ given, name }) => name.replace(/^\w+,/, given.experiment === deferAccept ? 'where' : 'in'),
    ),
});

/** Connections on their way to accept(). */
export const acceptQueueCases: readonly Case[] = [refused, closedListener, acceptEarlyOrLate];
