import { type Case, defineCase, type Experiment, fate, labelledClauses, textsOf } from '../kit/index.js';
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
  rule: 'A FIN says only that the peer sends no more, so the first segment goes out. tcp_reset() sets EPIPE in CLOSE_WAIT and ECONNRESET in ESTABLISHED; tcp_sendmsg() reports that first, and EPIPE from then on. sk_stream_error() sends SIGPIPE with EPIPE alone, unless MSG_NOSIGNAL.',
  advice:
    'Take EPIPE and ECONNRESET for the same thing. Node and this library never die of SIGPIPE (SIG_IGN, MSG_NOSIGNAL); a native addon or a child that writes to a socket can.',
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
  because: (rows) =>
    labelledClauses(
      rows,
      ({ observed: { first, second, sent } }) =>
        `the first write ${fate(first)} and ${second.startsWith('killed') ? `at the second the program is ${second}` : `the second ${fate(second)}`} (the peer has sent ${sent})`,
      ({ name }) => `with ${name}`,
    ),
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
  rule: 'tcp_shutdown() acts on SEND_SHUTDOWN alone: SHUT_RD tells the peer nothing, which reads the end of the stream only when the socket is closed, and data that comes is queued and can be read. With both, and the FIN sent, tcp_rcv_state_process() answers data with RST. inet_shutdown() of a listener with SHUT_RD disconnects it: inet_csk_listen_stop() resets the queue, and the port is kept only if bind() was given its number.',
  advice:
    'SHUT_WR and then reading to the end is the way to finish. Do not use SHUT_RD to refuse data, nor shutdown() to drain a listener: accept what waits, then close it.',
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
  because: (rows) =>
    rows
      .map(
        ({ name, given, observed }) =>
          `${name} ${given.experiment === shutdownHalves ? ofHalf(observed) : ofListener(observed)}`,
      )
      .join('; '),
});

function ofHalf(observed: Shut): string {
  const data = observed['data that comes'];
  return `sends ${observed['sent']}, and data that comes is ${data}`;
}

function ofListener(observed: Shut): string {
  const queue = observed['in the queue'];
  const fateOfQueue = queue === 'kept' ? 'what waits in the queue is kept' : `what waits in the queue sees ${queue}`;
  return `leaves its port ${observed['port']}: ${fateOfQueue}, and a new connect() ${fate(observed['connect'] ?? '')}`;
}

/** What may still be done on a connection of which one direction has ended. */
export const halvesCases: readonly Case[] = [brokenPipe, halves];
