// The load of bench restart, in a process of its own: `node restart-load.mjs PORT RATE`. Asked 'count', it sends what it has counted.
import { Agent, get } from 'node:http';
import { connect as connect2 } from 'node:http2';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const [port, rate] = process.argv.slice(2).map(Number);
const tickMs = 10;
const keptAlive = 10;
const sessions = 4;
const pauseMs = 10;
const addresses = 32;
/** constants.NGHTTP2_REFUSED_STREAM */
const refusedStream = 7;

const counts = {
  connections: 0,
  'keep-alive requests': 0,
  'HTTP/2 requests': 0,
  'HTTP/2 not processed': 0,
  refused: 0,
  reset: 0,
  failed: 0,
};
let longestGapMs = 0;
let last;
let isOver = false;

function answered(kind) {
  const now = performance.now();
  if (last !== undefined) longestGapMs = Math.max(longestGapMs, now - last);
  last = now;
  counts[kind]++;
}

function lost(code) {
  if (code === 'ECONNREFUSED') counts.refused++;
  else if (code === 'ECONNRESET' || code === 'EPIPE') counts.reset++;
  else counts.failed++;
}

let number = 0;
/** The ports of one address would all be in TIME_WAIT soon. */
const address = () => `127.0.0.${1 + (number++ % addresses)}`;

/** A connection for one request. */
function once() {
  return new Promise((resolve) => {
    let text = '';
    let code;
    const socket = connect(port, address());
    socket.write('GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n');
    socket.setEncoding('latin1').on('data', (part) => (text += part));
    socket.on('error', (error) => (code = error.code));
    socket.on('close', () => {
      if (code === undefined && text.endsWith('served')) answered('connections');
      else lost(code);
      resolve();
    });
  });
}

async function eachTick() {
  const pending = new Set();
  const begin = performance.now();
  let made = 0;
  while (!isOver) {
    const due = ((performance.now() - begin) * rate) / 1000;
    for (; made < due; made++) {
      const one = once();
      pending.add(one);
      void one.then(() => pending.delete(one));
    }
    await setTimeout(tickMs);
  }
  await Promise.all(pending);
}

async function keepAlive() {
  const agent = new Agent({ keepAlive: true });
  const host = address();
  while (!isOver) {
    await new Promise((resolve) => {
      const failed = ({ code }) => {
        lost(code);
        resolve();
      };
      get({ host, port, agent }, (response) => {
        response.resume().on('error', failed);
        response.on('end', () => {
          answered('keep-alive requests');
          resolve();
        });
      }).on('error', failed);
    });
    await setTimeout(pauseMs);
  }
  agent.destroy();
}

function request2(session) {
  return new Promise((resolve) => {
    let text = '';
    let code;
    const stream = session.request({ ':path': '/' });
    stream.setEncoding('latin1').on('data', (part) => (text += part));
    stream.on('error', (error) => (code = error.code));
    stream.on('close', () => {
      if (code === undefined && text === 'served') answered('HTTP/2 requests');
      // RFC 9113 section 8.7: no server has begun it, so that it may be sent again.
      else if (stream.rstCode === refusedStream) counts['HTTP/2 not processed']++;
      else lost(code);
      resolve();
    });
  });
}

async function http2() {
  const host = address();
  let session;
  let isGoing = true;
  while (!isOver) {
    if (session === undefined || session.closed || session.destroyed || isGoing) {
      session?.close();
      isGoing = false;
      session = connect2(`http://${host}:${port + 1}`);
      session.on('error', () => {}).on('goaway', () => (isGoing = true));
    }
    await request2(session);
    await setTimeout(pauseMs);
  }
  session?.close();
}

const all = Promise.all([
  eachTick(),
  ...Array.from({ length: keptAlive }, keepAlive),
  ...Array.from({ length: sessions }, http2),
]);
const report = () => process.send({ ...counts, longestGapMs });
async function end() {
  isOver = true;
  await all;
  report();
  process.disconnect();
}
process.on('message', (message) => {
  if (message === 'end') void end();
  else report();
});
