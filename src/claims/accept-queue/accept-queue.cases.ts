import { type Case, defineCase, type Experiment, numberOf, textOf, sharedAdvice } from '../kit/index.js';
import {
  handshakeMigrated,
  listenerClosed,
  portLeft,
  queueMigrated,
  stillHere,
} from './closing-listener.experiments.js';
import { deferAccept, fastOpen } from './early-data.experiments.js';
import { connectRefused, queueFull, queueFullAtLastAck } from './refused.experiments.js';

type Played = { readonly experiment: Experiment; readonly variant?: string };

const refused = defineCase<Played, string>({
  id: 'R5',
  articles: [],
  title: 'connect() to nobody, and to a full queue',
  claim:
    'connect() to a port nobody listens on is refused; to a listener with a full queue it goes on trying, or is reset if tcp_abort_on_overflow is 1 (listen(2), ip-sysctl).',
  rules: ['nobody-listens', 'full-queue-drops-syn', 'abort-on-overflow'],
  advice: sharedAdvice.R5,
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
  laws: [
    {
      text: 'Where nobody listens connect() fails with ECONNREFUSED. With a full queue the client goes on trying, whatever tcp_abort_on_overflow says; it is reset only if the queue is full at the last ACK and tcp_abort_on_overflow is 1.',
      rows: {
        'nobody listens': 'ECONNREFUSED',
        'the queue is full when the SYN comes (tcp_abort_on_overflow 0)': 'goes on trying',
        'the queue is full when the SYN comes (tcp_abort_on_overflow 1)': 'goes on trying',
        'the queue is full when the last ACK comes (tcp_abort_on_overflow 0)': 'goes on trying',
        'the queue is full when the last ACK comes (tcp_abort_on_overflow 1)': 'connected, then ECONNRESET',
      },
    },
  ],
});

const closedListener = defineCase<Played, string>({
  id: 'R8',
  articles: [],
  title: 'Closing a listener with connections in its queue',
  claim:
    'Closing a listener leaves the connections it has taken alone, and those not accepted yet go to another listener of the SO_REUSEPORT group, which could have taken them (ip-sysctl, tcp_migrate_req).',
  rules: ['queue-dies-with-listener'],
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
  laws: [
    {
      text: 'What was accepted lives on. What waits in the queue, or is in its handshake, is reset, even if another listener shares the port, unless tcp_migrate_req is 1.',
      rows: {
        'accepted before': 'kept',
        'in the queue of the only listener': 'ECONNRESET',
        'in the queue of one of two listeners, tcp_migrate_req 0': 'ECONNRESET',
        'in the queue of one of two listeners, tcp_migrate_req 1': 'kept',
        'in a handshake with one of two listeners, tcp_migrate_req 0': 'ECONNRESET',
        'in a handshake with one of two listeners, tcp_migrate_req 1': 'kept',
      },
    },
  ],
});

type Accepted = { readonly accept: string; readonly bytesInSyn: number };

const acceptEarlyOrLate = defineCase<Played, Accepted>({
  id: 'R16',
  articles: [],
  title: 'TCP_DEFER_ACCEPT and TCP_FASTOPEN: what accept() and the wire see',
  claim:
    'With TCP_DEFER_ACCEPT a listener is awakened only when data arrives (tcp(7)); with TCP_FASTOPEN the data travels in the SYN (RFC 7413).',
  rules: ['defer-accept', 'fast-open-cookie'],
  advice:
    'With TCP_DEFER_ACCEPT still expect connections without data, and set a timeout for them. Send by Fast Open only what may arrive twice, and expect it to help returning clients only.',
  labels: { accept: 'accept()', bytesInSyn: 'bytes in the SYN' },
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
  laws: [
    {
      text: 'With TCP_DEFER_ACCEPT accept() returns when data arrives, or without data once the time is over. With TCP_FASTOPEN only the second connection carries data in its SYN, and only if the sysctl allows the server too.',
      rows: {
        'TCP_DEFER_ACCEPT, the client is silent': { accept: 'nothing', bytesInSyn: 0 },
        'TCP_DEFER_ACCEPT, the client sends': { accept: 'a connection with data', bytesInSyn: 0 },
        'TCP_DEFER_ACCEPT, the client stays silent for longer than the time': {
          accept: 'a connection without data',
          bytesInSyn: 0,
        },
        'TCP_FASTOPEN, the second connection': { accept: 'a connection with data', bytesInSyn: 9 },
        'TCP_FASTOPEN, the first connection': { accept: 'a connection with data', bytesInSyn: 0 },
        'TCP_FASTOPEN, the second connection with the sysctl for clients only': {
          accept: 'a connection with data',
          bytesInSyn: 0,
        },
      },
    },
  ],
});

/** Connections on their way to accept(). */
const portLeftCase = defineCase<Played, { readonly waited: string; readonly late: string }>({
  id: 'R17',
  articles: [],
  title: 'Leaving a port whose queue is full',
  claim:
    'close(2) ends the descriptor, and the socket only with the last descriptor; so a server that passes its listener on (SCM_RIGHTS, unix(7)), or leaves a SO_REUSEPORT group once it has accepted what waits, loses no connection.',
  rules: ['queue-dies-with-listener', 'one-socket-many-descriptors', 'reuseport-hash'],
  advice:
    'Pass the listener to the next process before you close it: `openHandover`, or `sockwise restart`. In a SO_REUSEPORT group have new connections steered to the others by SO_ATTACH_REUSEPORT_CBPF, accept what waits, then close: `member.leave()`.',
  labels: { waited: 'those that waited', late: 'one that comes later' },
  rows: [
    // The claim is about the other two.
    { name: 'a plain close', given: { experiment: portLeft, variant: 'a plain close' } },
    {
      name: 'handed over',
      given: { experiment: portLeft, variant: 'handed over' },
      says: { waited: 'kept', late: 'kept' },
    },
    {
      name: 'a member steers away, accepts and closes',
      given: { experiment: portLeft, variant: 'a member steers away, accepts and closes' },
      says: { waited: 'kept', late: 'kept' },
    },
  ],
  async run(stage, { experiment, variant }) {
    const findings = await experiment.on(stage, variant);
    const fateOf = (name: string): string => {
      const [all = '', ...others] = new Set(textOf(findings, name).split(', '));
      return all === stillHere && others.length === 0 ? 'kept' : [all, ...others].join(', ');
    };
    return { waited: fateOf('waited'), late: fateOf('late') };
  },
  laws: [
    {
      text: 'A plain close resets all that wait, and later ones are refused. Passed on, or left behind by a member of a group that has accepted its queue, the port loses nobody.',
      rows: {
        'a plain close': { waited: 'ECONNRESET', late: 'ECONNREFUSED' },
        'handed over': { waited: 'kept', late: 'kept' },
        'a member steers away, accepts and closes': { waited: 'kept', late: 'kept' },
      },
    },
  ],
});

export const acceptQueueCases: readonly Case[] = [refused, closedListener, portLeftCase, acceptEarlyOrLate];
