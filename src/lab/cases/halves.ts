import { type Case, defineCase } from '../case/case.js';
import type { Experiment } from '../experiment/experiment.js';
import { writeAfterClose } from '../experiments/broken-pipe.js';
import { shutdownHalves, shutdownListener } from '../experiments/shutdown.js';
import { textsOf } from '../case/findings.js';

type Writes = { readonly first: string; readonly second: string };

const brokenPipe = defineCase<string, Writes>({
  id: 'R6',
  articles: [],
  title: 'Writing to a peer that has closed',
  claim:
    'The first write to a peer that has closed succeeds and is answered with RST; the second gives EPIPE and the signal SIGPIPE (write(2), the textbooks).',
  rule: 'A FIN says only that the peer sends no more, so the first segment goes out. tcp_reset() sets EPIPE in CLOSE_WAIT and ECONNRESET in ESTABLISHED; tcp_sendmsg() reports that first, and EPIPE from then on. sk_stream_error() sends SIGPIPE with EPIPE alone, unless MSG_NOSIGNAL.',
  advice:
    'Take EPIPE and ECONNRESET for the same thing. Node and this library never die of SIGPIPE (SIG_IGN, MSG_NOSIGNAL); a native addon or a child that writes to a socket can.',
  rows: writeAfterClose.variants.map((departure) => ({
    name: departure,
    given: departure,
    says: { first: 'ok', second: departure.endsWith('as it is') ? 'killed by SIGPIPE' : 'EPIPE' },
  })),
  run: async (lab, departure) => textsOf(await lab.play(writeAfterClose, departure), ['first', 'second']),
  because: (rows) =>
    rows.map(({ name, observed: { first, second } }) => `after ${name}: first ${first}, second ${second}`).join('; '),
});

type Shut = { readonly [what: string]: string };

interface ShutGiven {
  readonly experiment: Experiment;
  readonly variant: string;
}

const stopped = { connect: 'ECONNREFUSED', 'in the queue': 'kept', port: 'held' };

const halves = defineCase<ShutGiven, Shut>({
  id: 'R7',
  articles: [],
  title: 'shutdown(): each half, and a listener',
  claim:
    'SHUT_WR sends FIN and leaves receiving alone, SHUT_RD disallows further receptions, SHUT_RDWR does both (shutdown(2)); a listener that is shut down takes no more connections, and keeps its queue and its port.',
  rule: 'tcp_shutdown() acts on SEND_SHUTDOWN alone: SHUT_RD tells the peer nothing, and data that comes is queued and can be read. With both, and the FIN sent, tcp_rcv_state_process() answers data with RST. inet_shutdown() of a listener with SHUT_RD disconnects it: inet_csk_listen_stop() resets the queue, and the port is kept only if bind() was given its number.',
  advice:
    'SHUT_WR and then reading to the end is the way to finish. Do not use SHUT_RD to refuse data, nor shutdown() to drain a listener: accept what waits, then close it.',
  rows: [
    ...Object.entries({
      SHUT_WR: { sent: 'FIN', 'data of the peer': 'read', 'the peer reads': 'end of stream' },
      SHUT_RD: { sent: 'nothing', 'data of the peer': 'lost', 'the peer reads': 'end of stream' },
      SHUT_RDWR: { sent: 'FIN', 'data of the peer': 'lost', 'the peer reads': 'end of stream' },
    }).map(([name, says]) => ({ name, given: { experiment: shutdownHalves, variant: name }, says })),
    ...Object.entries({
      'SHUT_RD of a listener': stopped,
      'SHUT_RD of a listener on a port the kernel chose': stopped,
      'SHUT_WR of a listener': { ...stopped, connect: 'ok' },
    }).map(([name, says]) => ({ name, given: { experiment: shutdownListener, variant: name }, says })),
  ],
  async run(lab, { experiment, variant }) {
    const findings = await lab.play(experiment, variant);
    return experiment === shutdownHalves
      ? textsOf(findings, ['sent', 'data of the peer', 'the peer reads'])
      : textsOf(findings, ['connect', 'in the queue', 'port']);
  },
  because: (rows) =>
    rows
      .map(
        ({ name, observed }) =>
          `${name}: ${Object.entries(observed)
            .map(([what, came]) => `${what} ${came}`)
            .join(', ')}`,
      )
      .join('; '),
});

/** What may still be done on a connection of which one direction has ended. */
export const halvesCases: readonly Case[] = [brokenPipe, halves];
