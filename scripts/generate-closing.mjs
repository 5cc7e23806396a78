// Writes docs/closing.md from a run of every variant of the experiment ways-to-close on this kernel:
//   node scripts/generate-closing.mjs [traces.json]
// or from the JSON that `sockwise lab ways-to-close --json` has printed. Needs `npm run build:ts` before.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { wayFacts } from '../dist/claims/documents.js';

const root = fileURLToPath(new URL('..', import.meta.url));

function runAll() {
  const command = [`${root}dist/cli/main.cjs`, 'lab', 'ways-to-close', '--json'];
  const { stdout, stderr, status } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 180_000,
  });
  if (status !== 0) throw new Error(`the experiment ended with ${status}: ${stderr}`);
  return stdout;
}

const traces = JSON.parse(process.argv[2] === undefined ? runAll() : readFileSync(process.argv[2], 'utf8'));
const kernel = traces[0].kernel.split('.').slice(0, 2).join('.');

/** The two runs of a way, one where the peer reads and one where it sends, make one row. */
function rowsOf(runs) {
  const rows = new Map();
  const blocking = [];
  for (const { variant, findings, error, failure } of runs) {
    const why = failure ?? error?.message;
    if (why !== undefined) throw new Error(`${variant} was aborted: ${why}`);
    const way = wayFacts.find((one) => one.variant === variant);
    if (way === undefined) throw new Error(`${variant} is not a variant of this build`);
    const { situation, calls, linger } = way;
    const key = JSON.stringify([situation, calls, linger]);
    if (way.blocking) {
      blocking.push({ key, findings });
      continue;
    }
    const row = rows.get(key) ?? { situation, calls, linger, findings: {} };
    for (const [name, text] of Object.entries(findings)) {
      const known = row.findings[name] ?? text;
      if (known !== text) throw new Error(`${key}: ${name}: ${known} in one run, ${text} in another`);
      row.findings[name] = text;
    }
    rows.set(key, row);
  }
  for (const { key, findings } of blocking) {
    for (const [name, text] of Object.entries(findings)) {
      const known = rows.get(key)?.findings[name];
      if (known !== text) throw new Error(`${key}: ${name}: ${text} on a blocking socket, ${known} otherwise`);
    }
  }
  return { rows: [...rows.values()], blocking: blocking.length };
}

const { rows, blocking } = rowsOf(traces);
const list = (items) => [...new Set(items)];

const sent = 'sent by the closer';
const returns = 'close() returns';
const atCloser = 'left at the closer';
const atPeer = 'left at the peer';
const reads = 'the peer calls recv(), recv()';
const sends = 'or the peer calls send(), send(), recv()';
const later = 'and closes; left at the closer';
const laterAtPeer = 'left at the peer then';
const columns = [sent, returns, atCloser, atPeer, reads, later, laterAtPeer, sends];

const situations = {
  nothing: 'nothing is pending',
  unread: 'data has come and is not read',
  unsent: 'data is not sent, since the peer does not read',
  vanished: 'the peer has vanished',
  closed: 'the peer has closed first',
};
const closeOnly = ['close()', 'shutdown(read), close()'];
const finFirst = ['shutdown(write), close()', 'shutdown(both), close()'];

/**
 * What the page says before its tables, with the rows it is said of and what each of them has to have: the page is not written
 * if one has not.
 */
const sentences = [
  {
    text: 'The time of SO_LINGER is the longest that close() waits: it returns before if everything has been acknowledged. When it is over no error is returned, nothing is thrown away, and no RST is sent: the kernel goes on in the background, and a peer that reads later gets all data and the end of the stream.[^linger]',
    of: { situation: [situations.unsent], linger: ['{1, 1 s}'] },
    has: { [returns]: /^ok after about 1 s$/, [sent]: /^nothing$/, [reads]: /^all data, then end of stream/ },
    but: {
      of: { situation: [situations.nothing], linger: ['{1, 1 s}'] },
      has: { [returns]: /^ok at once$/ },
    },
  },
  {
    text: 'With a time close() waits for a peer that has vanished too, and then leaves the same FIN_WAIT1 as without.',
    of: { situation: [situations.vanished], linger: ['{1, 1 s}'] },
    has: { [returns]: /^ok after about 1 s$/, [atCloser]: /^FIN_WAIT1$/ },
  },
  {
    text: 'Data the closer has not read turns a plain close() into an RST, with every SO_LINGER alike.[^unread]',
    of: { situation: [situations.unread], calls: closeOnly },
    has: { [sent]: /^RST$/, [reads]: /^ECONNRESET/ },
  },
  {
    text: 'After shutdown(write) or shutdown(both) that RST still comes, but behind a FIN: the peer reads a proper end of the stream and never learns that what it sent was thrown away, unless it sends more, which fails with EPIPE.[^epipe]',
    of: { situation: [situations.unread], calls: finFirst },
    has: { [sent]: /^FIN, RST$/, [reads]: /^end of stream; end of stream$/, [sends]: /^EPIPE/ },
  },
  {
    text: 'SO_LINGER {1, 0} hides behind an earlier shutdown(write) in the same way: the peer reads the end of the stream, not ECONNRESET, and nothing is left in TIME_WAIT.',
    of: { situation: [situations.nothing], calls: finFirst, linger: ['{1, 0}'] },
    has: { [sent]: /^FIN, RST$/, [reads]: /^end of stream/, [atCloser]: /^no socket$/, [later]: /^no socket$/ },
  },
  {
    text: 'With data not sent yet the FIN of shutdown(write) waits behind it, so SO_LINGER {1, 0} takes both back: only an RST is sent, and the peer has a part of the data and ECONNRESET.',
    of: { situation: [situations.unsent], calls: finFirst, linger: ['{1, 0}'] },
    has: { [sent]: /^RST$/, [reads]: /^part of the data, then ECONNRESET/ },
  },
  {
    text: 'A peer that sends before it has read loses what the closer had still to send, though close() was plain: its data is answered by an RST. When send() has reported that RST, recv() ends with part of the data and a clean end of the stream: the error is reported once.[^dataloss]',
    of: { situation: [situations.unsent], linger: ['off', '{1, 1 s}'] },
    has: { [sends]: /^5 bytes, answered by RST; ECONNRESET; part of the data, then end of stream$/ },
  },
  {
    text: 'shutdown(read) before close() sends nothing and changes nothing: each of its rows is the row of close() alone.[^shutdown]',
    of: { calls: ['shutdown(read), close()'] },
    same: 'close()',
  },
  {
    text: 'shutdown(both) before close() does in each row what shutdown(write) does.',
    of: { calls: ['shutdown(both), close()'] },
    same: 'shutdown(write), close()',
  },
  {
    text: 'If the peer has closed first and shutdown(write) has sent the FIN, SO_LINGER {1, 0} comes too late: the connection is over before close(), and the peer keeps its TIME_WAIT. close() alone sends an RST, which takes it away.',
    of: { situation: [situations.closed], calls: finFirst, linger: ['{1, 0}'] },
    has: { [sent]: /^FIN$/, [atPeer]: /^TIME_WAIT, / },
    but: {
      of: { situation: [situations.closed], calls: closeOnly, linger: ['{1, 0}'] },
      has: { [sent]: /^RST$/, [atPeer]: /^no socket$/ },
    },
  },
];

function selected(of) {
  const found = rows.filter((row) => Object.entries(of).every(([key, values]) => values.includes(row[key])));
  if (found.length === 0) throw new Error(`no row is ${JSON.stringify(of)}`);
  return found;
}

function mustHold({ text, of, has = {}, same, but }) {
  for (const row of selected(of)) {
    const wrong = Object.entries(has).filter(([column, pattern]) => !pattern.test(row.findings[column] ?? ''));
    for (const [column] of wrong)
      throw new Error(
        `${row.situation}, ${row.calls}, ${row.linger}: ${column} is ${row.findings[column]}, so this is wrong: ${text}`,
      );
    if (same === undefined) continue;
    const [other] = selected({ situation: [row.situation], calls: [same], linger: [row.linger] });
    if (JSON.stringify(other.findings) !== JSON.stringify(row.findings))
      throw new Error(`${row.situation}, ${row.linger}: ${row.calls} is not as ${same}, so this is wrong: ${text}`);
  }
  if (but !== undefined) mustHold({ text, ...but });
}

for (const sentence of sentences) mustHold(sentence);
const endings = ['shutdown', 'close'];
for (const { variant, events } of traces) {
  const made = events.filter(
    ({ kind, actor, name }) => kind === 'call' && actor === 'closer' && endings.includes(name),
  );
  if (made.length === 0) throw new Error(`${variant}: no call of the closer was recorded`);
  if (made.some(({ outcome }) => outcome?.ok !== true))
    throw new Error(`${variant}: a call failed, and the page says none did`);
}

const notes = {
  linger:
    '`__tcp_close()` waits in `sk_stream_wait_close()` for the FIN to be acknowledged, at most `sk_lingertime`; then it orphans the socket as without the option. Neither looks at O_NONBLOCK. `inet_shutdown()` does not look at SO_LINGER.',
  unread: '`__tcp_close()` counts what is in the receive queue, before it looks at SO_LINGER (RFC 2525 section 2.17).',
  epipe:
    '`tcp_reset()` sets EPIPE, not ECONNRESET, in CLOSE_WAIT; `tcp_recvmsg_locked()` returns 0 after a FIN whatever came then (SOCK_DONE).',
  dataloss:
    '`tcp_rcv_state_process()` answers data for a socket whose process has closed it with RST (RFC 9293 section 3.6.1, RFC 1122 section 4.2.2.13). `sock_error()` clears the error it returns.',
  shutdown: '`tcp_shutdown()` returns at once unless SEND_SHUTDOWN is asked for.',
  orphan:
    'FIN_WAIT1 without a process has no time of its own. To a peer that is silent the FIN is repeated as often as `tcp_orphan_retries()` says; a peer that answers and does not read is probed until the pause between two probes has grown to TCP_RTO_MAX (`tcp_probe_timer()`). Where memory or orphans are too many `tcp_out_of_resources()` ends it sooner.',
  time: 'FIN_WAIT2 without a process lasts `net.ipv4.tcp_fin_timeout`, 60 s unless set; TIME_WAIT lasts TCP_TIMEWAIT_LEN, 60 s.',
};

/** The calls and values of SO_LINGER of a group, as few rows as possible: calls with the same values share one. */
function shapes(group) {
  const lingersOf = new Map();
  for (const { calls, linger } of group) lingersOf.set(calls, [...(lingersOf.get(calls) ?? []), linger]);
  const callsOf = new Map();
  for (const [calls, lingers] of lingersOf) {
    const key = lingers.join('<br>');
    callsOf.set(key, [...(callsOf.get(key) ?? []), calls]);
  }
  return [...callsOf].map(([lingers, calls]) => ({ calls: calls.join('<br>'), lingers }));
}

function table(situation) {
  const mine = rows.filter((row) => row.situation === situation);
  const used = columns.filter((column) => mine.some(({ findings }) => findings[column] !== undefined));
  const head = ['call', 'SO_LINGER', ...used];
  const lines = [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`];
  for (const key of list(mine.map(({ findings }) => JSON.stringify(findings)))) {
    const group = mine.filter(({ findings }) => JSON.stringify(findings) === key);
    const cells = used.map((column) => group[0].findings[column] ?? '');
    for (const { calls, lingers } of shapes(group)) lines.push(`| ${[calls, lingers, ...cells].join(' | ')} |`);
  }
  return [`## ${situation[0].toUpperCase()}${situation.slice(1)}`, '', ...lines, ''];
}

const page = [
  '# Ways to close a connection',
  '',
  `What close(), shutdown() and SO_LINGER do in every combination: ${rows.length} ways, in ${list(rows.map(({ situation }) => situation)).length} situations. Each is a`,
  `run of the experiment \`ways-to-close\` between two network namespaces on Linux ${kernel}. \`npm run generate:closing\` makes the runs and`,
  'writes this page; no cell is written by hand. A single run, with its picture:',
  '',
  '```',
  `npx sockwise lab ways-to-close --variant '${traces[0].variant}'`,
  '```',
  '',
  '## What may surprise',
  '',
  'The script compared each sentence with its rows when it made this page.',
  '',
  ...sentences.map(({ text }) => `- ${text}`),
  '- SO_LINGER with l_onoff 0 is off, whatever its time: [linger-zero-moments](experiments/linger-zero-moments.md) has it with time 0.',
  `- A blocking socket does as a non-blocking one: of ${blocking} pairs of runs with SO_LINGER {1, 1 s} none differs.`,
  '',
  '## How to read the tables',
  '',
  '- The *closer* makes the calls of the first column, one after the other, with SO_LINGER set before the first. shutdown() returned at once',
  '  with success in every row. Rows with the same results are merged.',
  '- *Sent by the closer*: FIN and RST that it sent before its last call returned, each listed once, though an unanswered FIN is sent again.',
  "- *Left*: the state of the connection at either end then, with no process on the closer's side. A time is how long it stays so without",
  '  another word of the other end.[^time] [^orphan]',
  '- Then the peer does one of two things, each in a run of its own: it reads twice (the first time up to the end of the stream or an error,',
  '  where there is data) and closes; or it sends 5 bytes twice and reads then. `waits`: the call has nothing to return.',
  '',
  ...Object.values(situations).flatMap(table),
  ...Object.entries(notes).map(([name, text]) => `[^${name}]: ${text}`),
  '',
].join('\n');

writeFileSync(`${root}docs/closing.md`, page);
