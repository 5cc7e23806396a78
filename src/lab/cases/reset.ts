import { type Case, defineCase } from '../case/case.js';
import { establish, smallBuffers } from '../host/connection.js';
import { closeUnread } from '../experiments/close-unread.js';
import { closeWithPending, type Cost, lingerZero, lingerZeroMoments, type Loss } from '../experiments/linger-zero.js';
import { textsOf } from '../case/findings.js';
import { alike } from '../case/wording.js';

type Abort = { readonly sent: string; readonly left: string };

const inPlaceOfTimeWait = defineCase<string, Abort>({
  id: 'L5',
  articles: ['004'],
  title: 'SO_LINGER with time 0 instead of TIME_WAIT',
  claim: 'With SO_LINGER and time 0 close() sends RST in place of FIN, and there is no TIME_WAIT.',
  rule: '__tcp_close() disconnects with RST where tcp_need_reset() says the state allows it and l_onoff is set with l_linger 0. A TIME_WAIT is a socket of its own (tcp_time_wait()), which the close of the old one no longer reaches. RFC 9293 section 3.10.5 (ABORT).',
  advice:
    'Use it where a connection has failed, never to be rid of TIME_WAIT: set SO_REUSEADDR on the listener for that.',
  rows: lingerZeroMoments.variants.map((moment) => {
    const half = moment === 'it has shut down its sending half' || moment === 'its TIME_WAIT is there already';
    return { name: moment, given: moment, says: { sent: half ? 'FIN, RST' : 'RST', left: 'nothing' } };
  }),
  run: async (lab, moment) => textsOf(await lab.play(lingerZeroMoments, moment), ['sent', 'left']),
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => `it sent ${observed.sent} and left ${observed.left} behind`,
      ({ name }) => name,
    )
      .map(({ outcome, labels }) => `${outcome} (${labels.join('; ')})`)
      .join(', '),
});

const whatIsLost = defineCase<Cost, Loss>({
  id: 'L6',
  articles: ['004'],
  title: 'What SO_LINGER with time 0 costs',
  claim:
    'To close with RST is not a good idea: data on its way is lost, and the peer gets an error instead of the end of the stream.',
  rule: 'tcp_disconnect() purges the send queue. tcp_reset() sets sk_err of the peer to ECONNRESET, and tcp_recvmsg() hands out what is in its receive queue before it looks at the error, though RFC 9293 section 3.10.7.4 says the queues should be flushed. The error is reported once: then read() returns 0 and write() EPIPE.',
  advice:
    'End with shutdown(SHUT_WR), read until the peer ends, then close(). Take ECONNRESET as "data may be missing" also after what was read looked complete.',
  onLoopback: true,
  rows: [
    {
      name: 'RST, data not sent yet',
      given: { pending: 'not sent yet', linger: true },
      says: { got: 'a part', read: 'ECONNRESET', readAgain: 'end of stream', write: 'EPIPE' },
    },
    {
      name: 'RST, data arrived but not read yet',
      given: { pending: 'arrived, not read yet', linger: true },
      says: { got: 'nothing', read: 'ECONNRESET', readAgain: 'end of stream', write: 'EPIPE' },
    },
    {
      name: 'RST, data read',
      given: { pending: 'read', linger: true },
      says: { got: 'all', read: 'ECONNRESET', readAgain: 'end of stream', write: 'EPIPE' },
    },
    {
      name: 'FIN, data not sent yet',
      given: { pending: 'not sent yet', linger: false },
      says: { got: 'all', read: 'end of stream', readAgain: 'end of stream', write: 'ok' },
    },
  ],
  async run(lab, given) {
    const { server, client } = await establish(lab.host(), smallBuffers);
    return await closeWithPending(server, client, given);
  },
  because: (rows) =>
    alike(
      rows,
      ({ observed: { read, readAgain, write } }) => `read said ${read}, then ${readAgain}, and write ${write}`,
      ({ name, observed }) => `${name}: ${observed.got} of it came`,
    )
      .map(({ outcome, labels }) => `${outcome} (${labels.join('; ')})`)
      .join(', '),
});

type Unfinished = 'unsent data' | 'unread data' | 'nothing';

const abortWith = defineCase<Unfinished, { sent: string; got: string; read: string }>({
  id: 'R1',
  articles: [],
  title: 'SO_LINGER {1, 0}: one RST whatever is pending',
  claim:
    'With SO_LINGER {1, 0} close() throws away what it has and sends an RST, and no FIN: with data unsent, with data unread and with nothing pending (socket(7), RFC 9293 section 3.10.5).',
  rule: '__tcp_close(): with unread data it sends the RST on that account, before it looks at SO_LINGER; else with l_linger 0 it calls tcp_disconnect(), which sends it. What had reached the peer before stays readable there.',
  advice: 'The peer cannot tell an abort from a crash: send the reason in the protocol before.',
  rows: (['unsent data', 'unread data', 'nothing'] as const).map((pending) => ({
    name: pending,
    given: pending,
    says: {
      sent: 'RST',
      got: pending === 'unsent data' ? 'a part' : 'nothing',
      read: 'ECONNRESET',
    },
  })),
  run: async (lab, pending) => textsOf(await lab.play(lingerZero, pending), ['sent', 'got', 'read']),
  because: (rows) =>
    rows
      .map(
        ({ name, observed }) =>
          `with ${name} pending it sent ${observed.sent}, and the peer read ${observed.got} and then ${observed.read}`,
      )
      .join('; '),
});

const unreadAtClose = defineCase<string, { sent: string; answer: string }>({
  id: 'R2',
  articles: [],
  title: 'close() with received data unread',
  claim:
    'Without SO_LINGER close() sends what is queued and then FIN (close(2), socket(7)): the peer reads the whole answer and the end of the stream.',
  rule: '__tcp_close() counts what is unread in the receive queue; if there is any it calls tcp_send_active_reset() and the connection is gone, whatever SO_LINGER says (RFC 2525 section 2.17, RFC 9293 section 3.6.1). A FIN that was not read is no data.',
  advice:
    'Read to the end before you close, above all a server that answers before it has read the whole request: the RST can destroy the answer.',
  rows: closeUnread.variants.map((input) => ({
    name: input,
    given: input,
    says: { sent: 'FIN', answer: 'whole, then end of stream' },
  })),
  run: async (lab, input) => textsOf(await lab.play(closeUnread, input), ['sent', 'answer']),
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => `close() sent ${observed.sent} and the peer read the answer ${observed.answer}`,
      ({ name }) => name,
    )
      .map(({ outcome, labels }) => `${outcome} (${labels.join('; ')})`)
      .join(', '),
});

/** RST where one would expect FIN. */
export const resetCases: readonly Case[] = [inPlaceOfTimeWait, whatIsLost, abortWith, unreadAtClose];
