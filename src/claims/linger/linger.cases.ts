import { type Case, defineCase, endOfStream, textOf, textsOf } from '../kit/index.js';
import { killedProcess, lingerTime, pendings, unsentAtTheEnd } from './delivery.experiments.js';

type Lingered = { readonly took: string; readonly then: string };

// Not side by side: a close() that waits takes one of the few threads that closeAsync() has for all.
const lingering = defineCase<string, Lingered>({
  id: 'R3',
  articles: [],
  title: 'SO_LINGER with a time: how long close() takes',
  claim:
    'With SO_LINGER {1, n} close(), and shutdown() too, waits until all is sent, at most n seconds; then the rest is thrown away and the connection reset. A non-blocking socket does not wait (socket(7), and what is commonly said of the end of the time).',
  rules: ['linger-waits', 'fin-behind-data'],
  advice:
    'Never set it in an event loop: close() stops the thread for the whole time. To know that the peer has everything, call shutdown(SHUT_WR) and read until its end.',
  labels: { took: 'the call took', then: 'then' },
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
      given: 'shutdown() instead of close()',
      says: { took: 'about 1 s' },
    },
  ],
  run: async (stage, wait) => textsOf(await lingerTime.on(stage, wait), ['took', 'then']),
  laws: [
    {
      text: 'close() waits until the peer has acknowledged everything, at most for the time set, on a non-blocking socket too. When the time is over the kernel goes on in the background; nothing is thrown away. shutdown() does not wait.',
      rows: {
        'the peer reads': { took: 'at once', then: 'all delivered' },
        'the peer reads (non-blocking)': { took: 'at once', then: 'all delivered' },
        'the peer does not read': { took: 'about 1 s', then: 'all delivered' },
        'the peer does not read (non-blocking)': { took: 'about 1 s', then: 'all delivered' },
        'the peer is gone': { took: 'about 1 s', then: 'goes on trying' },
        'the peer is gone (non-blocking)': { took: 'about 1 s', then: 'goes on trying' },
        'the peer does not read and the call is shutdown(SHUT_WR)': { took: 'at once', then: 'all delivered' },
      },
    },
  ],
});

const deliveredAfterClose = defineCase<string, string>({
  id: 'R4',
  articles: [],
  title: 'Data not sent yet when the socket is closed',
  claim:
    'Without SO_LINGER the kernel delivers what is queued in the background, after close() and after the end of the process (socket(7)).',
  rules: ['fin-behind-data', 'death-closes', 'unread-data-resets'],
  advice:
    "Wait for the peer's answer where delivery matters: a successful close() says nothing of it. Read to the end before you close or exit.",
  rows: unsentAtTheEnd.variants.map((end) => ({ name: end, given: end, says: 'all delivered' })),
  run: async (stage, end) => textOf(await unsentAtTheEnd.on(stage, end), 'peer'),
  laws: [
    {
      text: 'What is queued is delivered after close(), and after the end of the process, even if it is killed. If one received byte was left unread, the peer gets a part and then ECONNRESET.',
      rows: (end) => (end === 'close() with one byte unread' ? 'ECONNRESET after a part' : 'all delivered'),
    },
  ],
});

interface Killed {
  readonly variant: string;
  readonly data: string;
  readonly seconds: number | undefined;
}

const killed = defineCase<Killed, string>({
  id: 'R9',
  articles: [],
  title: 'A killed process: what its peer reads',
  claim:
    'The kernel closes the sockets of a killed process in good order: the peer gets what was sent, and then the end of the stream.',
  rules: ['death-closes', 'unread-data-resets', 'linger-not-at-exit'],
  advice:
    'Mark the end in the protocol: from the end of a stream a peer cannot tell a finished process from a killed one.',
  rows: Object.entries(pendings).map(([variant, { data, seconds }]) => ({
    name: `pending: ${variant}`,
    given: { variant, data, seconds },
    // What SO_LINGER does the claim leaves open.
    ...(seconds === undefined && { says: data === 'unsent data' ? 'all delivered' : endOfStream }),
  })),
  run: async (stage, { variant }) => textOf(await killedProcess.on(stage, variant), 'peer'),
  laws: [
    {
      text: 'A killed process closes in good order: the peer gets what was sent, then the end of the stream. With received data unread, or with SO_LINGER {1, 0}, the peer gets ECONNRESET.',
      rows({ data, seconds }) {
        if (data === 'unread data' || seconds === 0) return 'ECONNRESET';
        return data === 'unsent data' ? 'all delivered' : endOfStream;
      },
    },
  ],
});

/** What close() does with data on its way. */
export const lingerCases: readonly Case[] = [lingering, deliveredAfterClose, killed];
