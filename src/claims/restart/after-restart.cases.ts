import {
  type Case,
  clauses,
  defineCase,
  establish,
  fate,
  labelledClauses,
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
  rule: 'The new listener does not get the segment while the old connection still owns the four-tuple: as FIN_WAIT2 without owner it answers data with RST and is gone, as TIME_WAIT it answers a repeated segment with an ACK (tcp_timewait_state_process()). Where nothing owns the four-tuple, the listener gets the segment and answers RST (tcp_rcv_state_process() in LISTEN, RFC 9293 section 3.10.7.2). The peer that gets an RST in CLOSE_WAIT sees EPIPE, in ESTABLISHED ECONNRESET (tcp_reset()).',
  advice:
    'A first send that succeeds proves nothing: only an answer does. Clients must expect ECONNRESET and EPIPE after a server restart and connect again.',
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
  because: (rows) =>
    labelledClauses(
      rows,
      ({ observed: { answer, nextSend } }) =>
        `the answer is ${answer}${nextSend === 'has closed' ? '' : `, and the next send says ${nextSend}`}`,
      ({ name }) => `when ${name}`,
    ),
});

type Keyboard = 'still blocked in reading its keyboard' | 'has sent a line, then exited' | 'has exited without a word';

type Restart = { readonly left: string; readonly restart: string };

const keyboard = defineCase<Keyboard, Restart>({
  id: 'S16',
  articles: ['002'],
  title: 'The client that sits at its keyboard',
  claim:
    'The server is stopped while its client waits for the keyboard: the restart fails. The client sends a line, then exits: the restart works at once, since no TIME_WAIT is left.',
  rule: 'The dead server is in FIN_WAIT2. Data that arrives there finds nobody to read it: tcp_timewait_state_process() answers RST and frees the minisocket, so no TIME_WAIT follows. Had the client only closed, its FIN would have made one.',
  advice: 'That a restart works sometimes depends on what clients do last. Set SO_REUSEADDR instead of finding out.',
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
  because: (rows) =>
    `the restart ${clauses(
      rows,
      ({ observed: { left, restart } }) => `${fate(restart)} (${left} is left)`,
      ({ name }) => `when ${name}`,
    )}`,
});

/** What an old client does to a server that is started again. */
export const afterRestartCases: readonly Case[] = [oldPeer, keyboard];
