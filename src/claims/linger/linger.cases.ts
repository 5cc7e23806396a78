import { type Case, clauses, defineCase, endOfStream, labelledClauses, textOf, textsOf } from '../kit/index.js';
import { killedProcess, lingerTime, unsentAtTheEnd } from './delivery.experiments.js';

type Lingered = { readonly took: string; readonly then: string };

function inWords(then: string): string {
  if (then === 'all delivered') return 'everything is delivered';
  return then === 'goes on trying' ? 'the kernel goes on trying' : `in the end there is ${then}`;
}

// Not side by side: a close() that waits takes one of the few threads that closeAsync() has for all.
const lingering = defineCase<string, Lingered>({
  id: 'R3',
  articles: [],
  title: 'SO_LINGER with a time: how long close() takes',
  claim:
    'With SO_LINGER {1, n} close(), and shutdown() too, waits until all is sent, at most n seconds; then the rest is thrown away and the connection reset. A non-blocking socket does not wait (socket(7), and what is commonly said of the end of the time).',
  rule: 'inet_release() passes sk_lingertime to __tcp_close(), which waits in sk_stream_wait_close() until the FIN is acknowledged or the time is up; neither looks at O_NONBLOCK, and both go on to the same background close. inet_shutdown() does not look at SO_LINGER.',
  advice:
    'Never set it in an event loop: close() stops the thread for the whole time. To know that the peer has everything, shutdown(SHUT_WR) and read until its end.',
  // A close that waits has one of the four threads of libuv for itself, and reading files needs some too.
  sideBySide: 2,
  rows: [
    {
      name: 'the peer reads',
      given: 'the peer reads, blocking socket',
      says: { took: 'at once', then: 'all delivered' },
    },
    {
      name: 'the peer reads (non-blocking)',
      given: 'the peer reads',
      says: { took: 'at once', then: 'all delivered' },
    },
    {
      name: 'the peer does not read',
      given: 'the peer does not read, blocking socket',
      says: { took: 'about 1 s', then: 'ECONNRESET after a part' },
    },
    {
      name: 'the peer does not read (non-blocking)',
      given: 'the peer does not read',
      says: { took: 'at once' },
    },
    {
      name: 'the peer is gone',
      given: 'the peer is gone, blocking socket',
      says: { took: 'about 1 s', then: 'gone' },
    },
    { name: 'the peer is gone (non-blocking)', given: 'the peer is gone', says: { took: 'at once' } },
    {
      name: 'the peer does not read and the call is shutdown(SHUT_WR)',
      given: 'shutdown() in place of close()',
      says: { took: 'about 1 s' },
    },
  ],
  run: async (stage, wait) => textsOf(await lingerTime.on(stage, wait), ['took', 'then']),
  because: (rows) =>
    labelledClauses(
      rows,
      ({ observed: { took, then } }) =>
        `the call returns ${took === 'at once' ? took : `after ${took}`} and ${inWords(then)}`,
      ({ name }) => `where ${name}`,
    ),
});

const deliveredAfterClose = defineCase<string, string>({
  id: 'R4',
  articles: [],
  title: 'Data not sent yet when the socket is closed',
  claim:
    'Without SO_LINGER the kernel delivers what is queued in the background, after close() and after the end of the process (socket(7)).',
  rule: '__tcp_close() queues a FIN behind the data and orphans the socket, and the end of a process closes its descriptors the same way (exit_files()). But with data unread it sends RST and drops the queue.',
  advice:
    "A successful close() says nothing of delivery: where it matters, wait for the peer's answer. Read to the end before you close or exit.",
  rows: unsentAtTheEnd.variants.map((end) => ({ name: end, given: end, says: 'all delivered' })),
  run: async (stage, end) => textOf(await unsentAtTheEnd.on(stage, end), 'peer'),
  because: (rows) =>
    clauses(
      rows,
      ({ observed }) => (observed === 'all delivered' ? 'everything is delivered' : `the peer reads ${observed}`),
      ({ name }) => (name.startsWith('close') ? `after ${name}` : `when ${name}`),
    ),
});

const killed = defineCase<string, string>({
  id: 'R9',
  articles: [],
  title: 'A killed process: what its peer reads',
  claim:
    'The kernel closes the sockets of a killed process in good order: the peer gets what was sent, and then the end of the stream.',
  rule: 'do_exit() closes every descriptor as close(2) does: FIN, or RST with data unread or with SO_LINGER {1, 0} (__tcp_close()). Only the waiting of SO_LINGER is left out for a process that exits (PF_EXITING in inet_release()).',
  advice:
    'From the end of a stream a peer cannot tell a finished process from a killed one: mark the end in the protocol.',
  rows: killedProcess.variants.map((pending) => ({
    name: `pending: ${pending}`,
    given: pending,
    // What SO_LINGER does the claim leaves open.
    ...(!pending.includes('SO_LINGER') && { says: pending.startsWith('unsent') ? 'all delivered' : endOfStream }),
  })),
  run: async (stage, pending) => textOf(await killedProcess.on(stage, pending), 'peer'),
  because: (rows) =>
    clauses(
      rows,
      ({ observed }) => `the peer ${observed === 'all delivered' ? 'gets everything' : `reads ${observed}`}`,
      ({ given }) => {
        const [data, option] = given.split(', SO_LINGER');
        return `with ${data} pending${option === undefined ? '' : ` and SO_LINGER${option}`}`;
      },
    ),
});

/** What close() does with data on its way. */
export const lingerCases: readonly Case[] = [lingering, deliveredAfterClose, killed];
