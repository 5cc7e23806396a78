import { type Case, defineCase, establish, smallBuffers, textsOf } from '../kit/index.js';
import { closeUnread, inputs } from './close-unread.experiments.js';
import { closeWithPending, type Cost, lingerZero, lingerZeroMoments, type Loss } from './linger-zero.experiments.js';

type Abort = { readonly sent: string; readonly left: string };

/** The claim is about a close() instead of the FINs: not where they are over, nor where the option is off. */
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
  claim: 'With SO_LINGER and time 0 close() sends RST instead of FIN, and there is no TIME_WAIT.',
  rules: ['linger-zero-resets'],
  advice:
    'Use it to end a connection that has failed, never to avoid TIME_WAIT: set SO_REUSEADDR on the listener for that.',
  labels: { sent: 'sent in all', left: 'left behind' },
  rows: lingerZeroMoments.variants.map((moment) => ({ name: moment, given: moment, ...saysOf(moment) })),
  run: async (stage, moment) => textsOf(await lingerZeroMoments.on(stage, moment), ['sent', 'left']),
  laws: [
    {
      text: 'close() sends a reset and leaves no TIME_WAIT, also if the peer has closed first. A FIN that was sent before, and a TIME_WAIT that is there already, are not undone; with l_onoff 0 nothing changes.',
      rows: {
        connected: { sent: 'RST', left: 'nothing' },
        'the peer has closed first': { sent: 'RST', left: 'nothing' },
        'it has shut down its sending half': { sent: 'FIN, RST', left: 'nothing' },
        'its TIME_WAIT is there already': { sent: 'FIN', left: 'TIME_WAIT' },
        'l_linger 0, but l_onoff 0': { sent: 'FIN', left: 'TIME_WAIT' },
      },
    },
  ],
});

const whatIsLost = defineCase<Cost, Loss>({
  id: 'L6',
  articles: ['004'],
  title: 'What SO_LINGER with time 0 costs',
  claim:
    'To close with RST is not a good idea: what is not sent yet is lost, and the peer gets an error instead of the end of the stream.',
  rules: ['linger-zero-resets', 'reset-after-data'],
  advice:
    'End with shutdown(SHUT_WR), read until the peer ends, then close(). Take ECONNRESET as "data may be missing", even if what was read looked complete.',
  labels: { got: 'data the peer gets', read: 'its next read', readAgain: 'the read after it', write: 'its write' },
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
  laws: [
    {
      text: 'What is unsent is lost, and the peer gets ECONNRESET instead of the end of the stream, even if it had received everything. After a FIN it gets all of the data and the end of the stream.',
      rows: {
        'RST with data not sent yet': { got: 'a part', read: 'ECONNRESET', readAgain: 'end of stream', write: 'EPIPE' },
        'RST with data arrived but not read yet': {
          got: 'all',
          read: 'ECONNRESET',
          readAgain: 'end of stream',
          write: 'EPIPE',
        },
        'RST with all data read': { got: 'all', read: 'ECONNRESET', readAgain: 'end of stream', write: 'EPIPE' },
        'FIN with data not sent yet': { got: 'all', read: 'end of stream', readAgain: 'end of stream', write: 'ok' },
      },
    },
  ],
});

type Unfinished = 'unsent data' | 'unread data' | 'nothing';

const abortWith = defineCase<Unfinished, { sent: string; got: string; read: string }>({
  id: 'R1',
  articles: [],
  title: 'SO_LINGER {1, 0}: one RST whatever is pending',
  claim:
    'With SO_LINGER {1, 0} close() throws away what it has and sends an RST, and no FIN: with data unsent, with data unread and with nothing pending (the ABORT of RFC 9293 section 3.10.5).',
  rules: ['linger-zero-resets', 'unread-data-resets', 'reset-after-data'],
  advice:
    'If the reason matters, send it in the protocol, and wait for the answer before you abort: a peer cannot tell it from a crash, or from a program that left data unread.',
  labels: { sent: 'sent', got: 'data the peer gets', read: 'then it reads' },
  rows: (['unsent data', 'unread data', 'nothing'] as const).map((pending) => ({
    name: pending,
    given: pending,
    says: { sent: 'RST', read: 'ECONNRESET', ...(pending === 'unsent data' && { got: 'a part' }) },
  })),
  run: async (stage, pending) => textsOf(await lingerZero.on(stage, pending), ['sent', 'got', 'read']),
  laws: [
    {
      text: 'close() sends one RST and no FIN, whatever is pending. What is unsent is lost; what had arrived before is still read, and then ECONNRESET.',
      rows: (pending) => ({ sent: 'RST', got: pending === 'unsent data' ? 'a part' : 'nothing', read: 'ECONNRESET' }),
    },
  ],
});

const unreadAtClose = defineCase<string, { sent: string; answer: string }>({
  id: 'R2',
  articles: [],
  title: 'close() with received data unread',
  claim:
    'Without SO_LINGER close() sends what is queued and then FIN (RFC 9293 section 3.10.4): the peer reads the whole answer and the end of the stream.',
  rules: ['unread-data-resets', 'reset-after-data'],
  advice:
    'Read to the end before you close, above all in a server that answers before it has read the whole request: the RST can destroy the answer.',
  labels: { sent: 'sent', answer: 'the peer reads the answer' },
  rows: Object.entries(inputs).map(([name, { seconds }]) => ({
    name,
    given: name,
    // The claim is about sockets without SO_LINGER.
    ...(seconds === undefined && { says: { sent: 'FIN', answer: 'whole, then end of stream' } }),
  })),
  run: async (stage, input) => textsOf(await closeUnread.on(stage, input), ['sent', 'answer']),
  laws: [
    {
      text: 'close() sends FIN if all received data was read. If any is unread, even after MSG_PEEK, shutdown(SHUT_RD) or with SO_LINGER, it sends RST, and the peer reads ECONNRESET after the answer.',
      rows: (input) =>
        input === 'all read' || input === "only the peer's FIN"
          ? { sent: 'FIN', answer: 'whole, then end of stream' }
          : { sent: 'RST', answer: 'whole, then ECONNRESET' },
    },
  ],
});

/** RST where one would expect FIN. */
export const resetCases: readonly Case[] = [inPlaceOfTimeWait, whatIsLost, abortWith, unreadAtClose];
