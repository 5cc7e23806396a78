import {
  type Case,
  defineCase,
  establish,
  leaveInTimeWait,
  oldData,
  outcomeAsync,
  type Stage,
  standing,
  startAgain,
  textOf,
} from '../kit/index.js';
import { lateData } from './restart.experiments.js';

/** Whom the old peer speaks to: variants of the experiment, and what takes a scripted peer. */
type Late = 'TIME_WAIT' | 'the old end is FIN_WAIT_2' | 'the old end is gone' | 'the old end was lost without a word';

type Answered = { readonly answer: string; readonly nextSend: string };

/** Who has closed sends no more; but the network may bring what it sent once more. */
async function duplicateAfterRestart(stage: Stage): Promise<Answered> {
  const options = { SO_REUSEADDR: true };
  const [host, peer] = await stage.scripted();
  const { listener, old, look } = await leaveInTimeWait(host, peer, { options });
  const { address, port } = listener.local;
  listener.close();
  host.listen({ name: 'restarted', address, port, options });
  old.send('PSH ACK', { seq: 1, data: oldData });
  const answers = (await old.answers()).map(({ flags }) => flags.join(' '));
  look('after the answer');
  return { answer: answers.join(', ') || 'nothing', nextSend: 'has closed' };
}

const oldPeer = defineCase<Late, Answered>({
  id: 'S15',
  articles: ['002'],
  title: 'The old peer sends after the restart',
  claim:
    'A new server takes the port while the connection of the old one is not over yet; what the old peer still sends is answered with RST.',
  rules: ['four-tuple-first', 'time-wait-answers', 'data-in-fin-wait2-resets', 'reset-errno'],
  advice:
    'Let clients expect ECONNRESET and EPIPE after a restart of the server, and connect again. Do not take a first send that succeeds as proof: only an answer is.',
  labels: { answer: 'answer', nextSend: 'next send' },
  rows: [
    {
      name: 'a segment of the old peer comes twice while the old connection is in TIME_WAIT',
      given: 'TIME_WAIT',
      says: { answer: 'RST' },
      needs: ['packet-socket'],
    },
    {
      name: 'the old peer sends while the old connection is in FIN_WAIT2',
      given: 'the old end is FIN_WAIT_2',
      says: { answer: 'RST' },
    },
    { name: 'the old peer sends once that FIN_WAIT2 is over', given: 'the old end is gone' },
    {
      name: 'the old peer sends, and was never told that the server had crashed',
      given: 'the old end was lost without a word',
    },
  ],
  async run(stage, late) {
    if (late === 'TIME_WAIT') return await duplicateAfterRestart(stage);
    const findings = await lateData.on(stage, late);
    return { answer: textOf(findings, 'answer'), nextSend: textOf(findings, 'nextSend') };
  },
  laws: [
    {
      text: 'New data of the old peer is answered with a reset: its next send gives EPIPE, or ECONNRESET if it never got the FIN. Only while the old connection is in TIME_WAIT is an old segment answered with an ACK.',
      rows: {
        'a segment of the old peer comes twice while the old connection is in TIME_WAIT': {
          answer: 'ACK',
          nextSend: 'has closed',
        },
        'the old peer sends while the old connection is in FIN_WAIT2': { answer: 'RST', nextSend: 'EPIPE' },
        'the old peer sends once that FIN_WAIT2 is over': { answer: 'RST', nextSend: 'EPIPE' },
        'the old peer sends, and was never told that the server had crashed': { answer: 'RST', nextSend: 'ECONNRESET' },
      },
    },
  ],
});

type Keyboard = 'still blocked in reading its keyboard' | 'has sent a line, then exited' | 'has exited without a word';

type Restart = { readonly left: string; readonly restart: string };

const keyboard = defineCase<Keyboard, Restart>({
  id: 'S16',
  articles: ['002'],
  title: 'The client that sits at its keyboard',
  claim:
    'The server is stopped while its client waits for the keyboard: the restart fails. The client sends a line, then exits: the restart works at once, since no TIME_WAIT is left.',
  rules: ['data-in-fin-wait2-resets', 'fin-wait2-alone', 'held-by-closing-connection', 'held-by-time-wait'],
  advice: 'Set SO_REUSEADDR: without it a restart works or fails by what the clients did last.',
  labels: { left: 'left on the port', restart: 'restart' },
  rows: [
    {
      name: 'the client still waits for its keyboard',
      given: 'still blocked in reading its keyboard',
      says: { restart: 'EADDRINUSE' },
    },
    {
      name: 'the client has sent a line, then exited',
      given: 'has sent a line, then exited',
      says: { left: 'nothing', restart: 'ok' },
    },
    { name: 'the client has exited without a word', given: 'has exited without a word' },
  ],
  async run(stage, what) {
    const host = stage.alone();
    const { listener, server, client } = await establish(host);
    const { port } = listener.local;
    const clientPort = client.local.port;
    server.close();
    listener.close();
    let left = await standing(host, port, ['FIN_WAIT2'], 'the server has stopped');
    if (what === 'has sent a line, then exited') {
      await outcomeAsync(() => client.send('a line\n'));
      left = await standing(host, port, ['nothing'], 'the line has been answered');
    }
    if (what !== 'still blocked in reading its keyboard') {
      client.close();
      await standing(host, clientPort, ['nothing'], 'the client has exited');
      left = await standing(host, port, ['TIME_WAIT', 'nothing'], 'what is left of the server');
    }
    return { left, restart: startAgain(host, { port }) };
  },
  laws: [
    {
      text: 'While the client waits, FIN_WAIT2 blocks the restart. If the client sends a line, nothing is left and the restart works at once. If it exits without a word, TIME_WAIT blocks the restart.',
      rows: {
        'the client still waits for its keyboard': { left: 'FIN_WAIT2', restart: 'EADDRINUSE' },
        'the client has sent a line, then exited': { left: 'nothing', restart: 'ok' },
        'the client has exited without a word': { left: 'TIME_WAIT', restart: 'EADDRINUSE' },
      },
    },
  ],
});

/** What an old client does to a server that is started again. */
export const afterRestartCases: readonly Case[] = [oldPeer, keyboard];
