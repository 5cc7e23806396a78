import { type Case, defineCase, type Experiment, textsOf } from '../kit/index.js';
import { writeAfterClose } from './broken-pipe.experiments.js';
import { shutdownHalves, shutdownListener } from './shutdown.experiments.js';

type Writes = { readonly first: string; readonly second: string; readonly sent: string };

const asTheTextbooks = { first: 'ok', second: 'EPIPE', sent: 'FIN, RST' };

const brokenPipe = defineCase<string, Writes>({
  id: 'R6',
  articles: [],
  title: 'Writing to a peer that has closed',
  claim:
    'The first write to a peer that has closed succeeds and is answered with RST; the second gives EPIPE and the signal SIGPIPE (write(2), the textbooks).',
  rules: ['reset-errno', 'reset-for-unknown'],
  advice:
    'Handle EPIPE and ECONNRESET alike. In a native addon or a child that writes to a socket, ignore SIGPIPE or pass MSG_NOSIGNAL; Node and this library do.',
  labels: { first: 'first write', second: 'second write', sent: 'the peer has sent' },
  rows: [
    {
      name: 'send() with MSG_NOSIGNAL after close()',
      given: 'close(), send() with MSG_NOSIGNAL',
      says: asTheTextbooks,
    },
    {
      name: 'write() with SIGPIPE ignored after close()',
      given: 'close(), write() with SIGPIPE ignored',
      says: asTheTextbooks,
    },
    {
      name: 'write() with SIGPIPE as it is after close()',
      given: 'close(), write() with SIGPIPE as it is',
      says: { ...asTheTextbooks, second: 'killed by SIGPIPE' },
    },
    {
      name: 'send() after close() with data unread',
      given: 'close() with data unread, so by RST',
      says: { first: 'ok', second: 'EPIPE' },
    },
    // This peer has not closed.
    { name: 'send() after shutdown(SHUT_WR) only', given: 'shutdown(SHUT_WR) only' },
  ],
  run: async (stage, departure) => textsOf(await writeAfterClose.on(stage, departure), ['first', 'second', 'sent']),
  laws: [
    {
      text: 'The first write to a peer that has closed works, and the second fails with EPIPE and SIGPIPE. If the peer left data unread, or was reset, the first write already fails with ECONNRESET. A peer that only shut down still reads.',
      rows: {
        'send() with MSG_NOSIGNAL after close()': asTheTextbooks,
        'write() with SIGPIPE ignored after close()': asTheTextbooks,
        'write() with SIGPIPE as it is after close()': { ...asTheTextbooks, second: 'killed by SIGPIPE' },
        'send() after close() with data unread': { first: 'ECONNRESET', second: 'EPIPE', sent: 'RST' },
        'send() after shutdown(SHUT_WR) only': { first: 'ok', second: 'ok', sent: 'FIN' },
      },
    },
  ],
});

type Shut = { readonly [what: string]: string };

interface ShutGiven {
  readonly experiment: Experiment;
  readonly variant: string;
}

const halves = defineCase<ShutGiven, Shut>({
  id: 'R7',
  articles: [],
  title: 'shutdown(): each half, and a listener',
  claim:
    'SHUT_WR sends FIN and leaves receiving alone, SHUT_RD disallows further receptions, SHUT_RDWR does both (shutdown(2)).',
  rules: ['shutdown-halves', 'shutdown-of-listener'],
  advice:
    'Finish with SHUT_WR, then read to the end. Do not use SHUT_RD to refuse data, nor shutdown() to drain a listener: accept what waits, then close it.',
  labels: {
    sent: 'sent',
    'data that comes': 'data that comes',
    'can be read': 'can be read',
    'the peer reads after close()': 'the peer reads after close()',
    connect: 'new connect()',
    'in the queue': 'in the queue',
    port: 'the port',
  },
  rows: [
    ...Object.entries({
      SHUT_WR: { sent: 'FIN', 'can be read': 'yes' },
      SHUT_RD: { 'can be read': 'no' },
      SHUT_RDWR: { sent: 'FIN', 'can be read': 'no' },
    }).map(([name, says]) => ({ name, given: { experiment: shutdownHalves, variant: name }, says })),
    // shutdown(2) knows connections only.
    ...['SHUT_RD of a listener', 'SHUT_RD of a listener on a port the kernel chose', 'SHUT_WR of a listener'].map(
      (name) => ({ name, given: { experiment: shutdownListener, variant: name } }),
    ),
  ],
  async run(stage, { experiment, variant }) {
    const findings = await experiment.on(stage, variant);
    if (experiment === shutdownListener) return textsOf(findings, ['connect', 'in the queue', 'port']);
    const came = textsOf(findings, ['sent', 'data of the peer', 'the peer reads']);
    return {
      sent: came.sent,
      'data that comes': came['data of the peer'],
      'can be read': came['data of the peer'] === 'read' ? 'yes' : 'no',
      'the peer reads after close()': came['the peer reads'],
    };
  },
  laws: [
    {
      text: 'SHUT_WR sends FIN and leaves receiving alone. SHUT_RD sends nothing and stops nothing: what arrives is still read, unless both halves are shut. SHUT_RD of a listener resets its queue and refuses new connections; SHUT_WR does nothing to it.',
      rows: {
        SHUT_WR: {
          sent: 'FIN',
          'data that comes': 'read',
          'can be read': 'yes',
          'the peer reads after close()': 'end of stream',
        },
        SHUT_RD: {
          sent: 'nothing',
          'data that comes': 'read',
          'can be read': 'yes',
          'the peer reads after close()': 'end of stream',
        },
        SHUT_RDWR: {
          sent: 'FIN',
          'data that comes': 'answered with RST',
          'can be read': 'no',
          'the peer reads after close()': 'end of stream',
        },
        'SHUT_RD of a listener': { connect: 'ECONNREFUSED', 'in the queue': 'ECONNRESET', port: 'held' },
        'SHUT_RD of a listener on a port the kernel chose': {
          connect: 'ECONNREFUSED',
          'in the queue': 'ECONNRESET',
          port: 'free',
        },
        'SHUT_WR of a listener': { connect: 'ok', 'in the queue': 'kept', port: 'held' },
      },
    },
  ],
});

/** What may still be done on a connection of which one direction has ended. */
export const halvesCases: readonly Case[] = [brokenPipe, halves];
