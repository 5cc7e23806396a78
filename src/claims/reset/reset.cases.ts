import { type Case, defineCase, establish, labelledClauses, smallBuffers, textsOf } from '../kit/index.js';
import { closeUnread } from './close-unread.experiments.js';
import { closeWithPending, type Cost, lingerZero, lingerZeroMoments, type Loss } from './linger-zero.experiments.js';

type Abort = { readonly sent: string; readonly left: string };

/** The claim is about a close() in place of the FINs: not where they are over, nor where the option is off. */
function saysOf(moment: string): { readonly says?: Partial<Abort> } {
  if (moment === 'its TIME_WAIT is there already' || moment === 'l_linger 0, but l_onoff 0') return {};
  // A FIN that was sent before cannot be taken back.
  return {
    says: moment === 'it has shut down its sending half' ? { left: 'nothing' } : { sent: 'RST', left: 'nothing' },
  };
}

const inPlaceOfTimeWait = defineCase<string, Abort>({
  id: 'L5',
  articles: ['004'],
  title: 'SO_LINGER with time 0 instead of TIME_WAIT',
  claim: 'With SO_LINGER and time 0 close() sends RST in place of FIN, and there is no TIME_WAIT.',
  rule: '__tcp_close() disconnects with RST where tcp_need_reset() says the state allows it and l_onoff is set with l_linger 0. A TIME_WAIT is a socket of its own (tcp_time_wait()), which the close of the old one no longer reaches. RFC 9293 section 3.10.5 (ABORT).',
  advice:
    'Use it where a connection has failed, never to be rid of TIME_WAIT: set SO_REUSEADDR on the listener for that.',
  rows: lingerZeroMoments.variants.map((moment) => ({ name: moment, given: moment, ...saysOf(moment) })),
  run: async (stage, moment) => textsOf(await lingerZeroMoments.on(stage, moment), ['sent', 'left']),
  because: (rows) =>
    labelledClauses(
      rows,
      ({ observed }) => `it sends ${observed.sent} in all and leaves ${observed.left} behind`,
      ({ name }) => (name.startsWith('l_') ? `with ${name}` : `when ${name}`),
    ),
});

const whatIsLost = defineCase<Cost, Loss>({
  id: 'L6',
  articles: ['004'],
  title: 'What SO_LINGER with time 0 costs',
  claim:
    'To close with RST is not a good idea: what is not sent yet is lost, and the peer gets an error instead of the end of the stream.',
  rule: 'tcp_disconnect() purges the send queue. tcp_reset() sets sk_err of the peer to ECONNRESET, and tcp_recvmsg() hands out what is in its receive queue before it looks at the error, though RFC 9293 section 3.10.7.4 says the queues should be flushed. The error is reported once: then read() returns 0 and write() EPIPE.',
  advice:
    'End with shutdown(SHUT_WR), read until the peer ends, then close(). Take ECONNRESET as "data may be missing" also after what was read looked complete.',
  onLoopback: true,
  rows: [
    {
      name: 'RST with data not sent yet',
      given: { pending: 'not sent yet', linger: true },
      says: { got: 'a part', read: 'ECONNRESET' },
    },
    {
      name: 'RST with data arrived but not read yet',
      given: { pending: 'arrived, not read yet', linger: true },
      says: { read: 'ECONNRESET' },
    },
    {
      name: 'RST with all data read',
      given: { pending: 'read', linger: true },
      says: { read: 'ECONNRESET' },
    },
    { name: 'FIN with data not sent yet', given: { pending: 'not sent yet', linger: false } },
  ],
  async run(stage, given) {
    const { server, client } = await establish(stage.alone(), smallBuffers);
    return await closeWithPending(server, client, given);
  },
  because: (rows) =>
    labelledClauses(
      rows,
      ({ observed: { got, read, readAgain, write } }) =>
        `the peer gets ${got} of the data, reads ${read}, then ${readAgain}, and its write says ${write}`,
      ({ name }) => `after ${name}`,
    ),
});

type Unfinished = 'unsent data' | 'unread data' | 'nothing';

const abortWith = defineCase<Unfinished, { sent: string; got: string; read: string }>({
  id: 'R1',
  articles: [],
  title: 'SO_LINGER {1, 0}: one RST whatever is pending',
  claim:
    'With SO_LINGER {1, 0} close() throws away what it has and sends an RST, and no FIN: with data unsent, with data unread and with nothing pending (the ABORT of RFC 9293 section 3.10.5).',
  rule: '__tcp_close(): with unread data it sends the RST on that account, before it looks at SO_LINGER; else with l_linger 0 it calls tcp_disconnect(), which sends it. What had reached the peer before stays readable there.',
  advice:
    'The peer is not told why: a program that left data unread and a machine that was started again send RST too. Where the reason matters, tell it in the protocol and wait for the answer before the abort, which throws away what is unsent.',
  rows: (['unsent data', 'unread data', 'nothing'] as const).map((pending) => ({
    name: pending,
    given: pending,
    says: { sent: 'RST', read: 'ECONNRESET', ...(pending === 'unsent data' && { got: 'a part' }) },
  })),
  run: async (stage, pending) => textsOf(await lingerZero.on(stage, pending), ['sent', 'got', 'read']),
  because: (rows) =>
    labelledClauses(
      rows,
      ({ observed: { sent, got, read } }) =>
        `close() sends ${sent}, and the peer reads ${got === 'nothing' ? '' : `${got} of the data, then `}${read}`,
      ({ name }) => `with ${name} pending`,
    ),
});

const unreadAtClose = defineCase<string, { sent: string; answer: string }>({
  id: 'R2',
  articles: [],
  title: 'close() with received data unread',
  claim:
    'Without SO_LINGER close() sends what is queued and then FIN (RFC 9293 section 3.10.4): the peer reads the whole answer and the end of the stream.',
  rule: '__tcp_close() counts what is unread in the receive queue; if there is any it calls tcp_send_active_reset() and the connection is gone, whatever SO_LINGER says (RFC 2525 section 2.17, RFC 9293 section 3.6.1). A FIN that was not read is no data.',
  advice:
    'Read to the end before you close, above all a server that answers before it has read the whole request: the RST can destroy the answer.',
  rows: closeUnread.variants.map((input) => ({
    name: input,
    given: input,
    // The claim is about sockets without SO_LINGER.
    ...(!input.includes('SO_LINGER') && { says: { sent: 'FIN', answer: 'whole, then end of stream' } }),
  })),
  run: async (stage, input) => textsOf(await closeUnread.on(stage, input), ['sent', 'answer']),
  because: (rows) =>
    labelledClauses(
      rows,
      ({ observed }) => `close() sends ${observed.sent} and the peer reads the answer ${observed.answer}`,
      ({ name }) => `when the input was ${name.replace(', SO_LINGER', ' with SO_LINGER').replace(', after', ' after')}`,
    ),
});

/** RST where one would expect FIN. */
export const resetCases: readonly Case[] = [inPlaceOfTimeWait, whatIsLost, abortWith, unreadAtClose];
