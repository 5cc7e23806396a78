// The clients of bench restart that stay: keep-alive, HTTP/2 and websockets, in a process of their own: `node clients.mjs PORT`. Each
// asks, waits for the answer, pauses, and connects again where its server ends the connection. A line on standard input asks for
// the counts; its end, for the last ones.
import { Agent, get } from 'node:http';
import { connect as connect2 } from 'node:http2';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';

const port = Number(process.argv[2]);
const keptAlive = 10;
const sessions = 4;
const websockets = 4;
const pauseMs = 10;
/** constants.NGHTTP2_REFUSED_STREAM */
const refusedStream = 7;

const counts = {
  'keep-alive requests': 0,
  'HTTP/2 requests': 0,
  'websocket messages': 0,
  'HTTP/2 not processed': 0,
  refused: 0,
  reset: 0,
  failed: 0,
};
const losses = {};
let isOver = false;

function lost(kind, code = 'ended without an answer') {
  if (code === 'ECONNREFUSED') counts.refused++;
  else if (code === 'ECONNRESET' || code === 'EPIPE') counts.reset++;
  else counts.failed++;
  const what = `${kind}: ${code}`;
  losses[what] = (losses[what] ?? 0) + 1;
}

let number = 0;
const address = () => `127.0.0.${1 + number++}`;

async function keepAlive() {
  const agent = new Agent({ keepAlive: true });
  const host = address();
  while (!isOver) {
    await new Promise((resolve) => {
      const failed = ({ code }) => {
        lost('keep-alive', code);
        resolve();
      };
      get({ host, port, agent }, (response) => {
        response.resume().on('error', failed);
        response.on('end', () => {
          counts['keep-alive requests']++;
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
      if (code === undefined && text === 'served') counts['HTTP/2 requests']++;
      // RFC 9113 section 8.7: no server has begun it, so that it may be sent again.
      else if (stream.rstCode === refusedStream) counts['HTTP/2 not processed']++;
      else lost('HTTP/2', code);
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

/** Asks until the connection ends; a question without an answer by then is lost, and who was let in by nobody. */
function conversation(host) {
  return new Promise((resolve) => {
    const websocket = new WebSocket(`ws://${host}:${port}`);
    let isAsked = false;
    let isOpen = false;
    let code;
    const ask = () => {
      if (isOver) return websocket.close();
      if (websocket.readyState !== WebSocket.OPEN) return;
      isAsked = true;
      websocket.send('served');
    };
    websocket.on('open', () => {
      isOpen = true;
      ask();
    });
    websocket.on('message', () => {
      isAsked = false;
      counts['websocket messages']++;
      void setTimeout(pauseMs).then(ask);
    });
    websocket.on('error', (error) => (code = error.code ?? error.message));
    websocket.on('close', () => {
      if (isAsked || !isOpen) lost('websocket', code);
      resolve();
    });
  });
}

async function overWebsockets() {
  const host = address();
  while (!isOver) await conversation(host);
}

const all = Promise.all([
  ...Array.from({ length: keptAlive }, keepAlive),
  ...Array.from({ length: sessions }, http2),
  ...Array.from({ length: websockets }, overWebsockets),
]);
const report = () => process.stdout.write(`${JSON.stringify({ ...counts, losses })}\n`);
for await (const _ of createInterface({ input: process.stdin })) report();
isOver = true;
await all;
report();
process.exit();
