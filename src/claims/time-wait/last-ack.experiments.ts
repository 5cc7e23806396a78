import { getSystemErrorName } from 'node:util';
import {
  type Experiment,
  endOfTimer,
  experiment,
  type ExperimentContext,
  flagsOf,
  type Host,
  type LabSocket,
  resultOf,
  stateOf,
} from '../kit/index.js';

interface LastAckLost {
  readonly server: Host;
  readonly client: Host;
  /** The client's end, in LAST_ACK. It still has its descriptor. */
  readonly c: LabSocket;
  readonly filter: { readonly localPort: number; readonly remotePort: number };
}

/** The server closes first, and what it says to the client's FIN is lost, until the link loses nothing again. */
async function loseLastAck({ host, link, settle }: ExperimentContext): Promise<LastAckLost> {
  const [server, client] = [host('server'), host('client', { relayed: true })];
  // Where two FINs were on their way, the answer to the second finds no socket. The RST to that must not end TIME_WAIT.
  server.setSysctl('net.ipv4.tcp_rfc1337', 1);
  const listener = server.listen(8080);
  const c = await client.connect(server, 8080);
  const s = await listener.accept('server');
  s.close();
  await resultOf(() => c.recv());
  const filter = { localPort: 8080, remotePort: c.local.port };
  link(server, client).lose({ from: server });
  c.shutdown('write');
  await server.waitFor({ ...filter, state: 'TIME_WAIT' }, 'the server closed first');
  await settle();
  return { server, client, c, filter };
}

// The FIN comes again after 200 ms at least (TCP_RTO_MIN); clocks and looks are wrong by far less.
const enoughMs = 100;

/** Whether the client sent its FIN again, and what came to it of the answers. How often it did is up to the relay, this process. */
function repeated(context: ExperimentContext): { sentAgain: boolean; answer: string } {
  const all = context.segments();
  const isFin = ({ from, flags }: (typeof all)[number]): boolean => from === 'client' && flags.includes('FIN');
  const behind = all.slice(all.findIndex(isFin) + 1);
  const answer = behind.find(({ from, receivedMs }) => from === 'server' && receivedMs !== undefined);
  return { sentAgain: behind.some(isFin), answer: answer === undefined ? 'nothing' : flagsOf(answer) };
}

/** What TIME_WAIT is for. */
export const lastAckLost = experiment(
  'The last ACK is lost',
  {
    name: 'last-ack-lost',
    about: 'The client in LAST_ACK sends its FIN again; TIME_WAIT answers it, and its 60 s start again.',
    rule: 'tcp_timewait_state_process(): what is out of window and has ACK set is answered with the last ACK, and inet_twsk_reschedule() sets the timer back to TCP_TIMEWAIT_LEN (RFC 9293 section 3.10.7.4).',
    cases: ['A8'],
    labels: {
      whileLost: 'client while the ACK is lost',
      sentAgain: 'FIN sent again',
      answer: 'answer to that FIN',
      server: 'server',
      timer: 'timer of the TIME_WAIT',
    },
  },
  async (context) => {
    const { server, client, c, filter } = await loseLastAck(context);
    const end = (): number => endOfTimer(() => server.look('the timer of the TIME_WAIT', filter)[0], enoughMs / 4);
    const before = end();
    const whileLost = stateOf(client, { localPort: filter.remotePort });
    context.mark('the last ACK is lost');
    context.link(server, client).loseNothing();
    c.close();
    await client.waitUntilGone({ localPort: filter.remotePort }, 'the FIN is acknowledged');
    const later = end() - before;
    return {
      whileLost,
      ...repeated(context),
      server: stateOf(server, filter),
      timer: later > enoughMs ? 'starts again' : 'goes on',
    };
  },
);

/** What happens where it is not. */
export const withoutTimeWait = experiment(
  'The repeated FIN, with and without TIME_WAIT',
  {
    name: 'without-time-wait',
    about: 'Without TIME_WAIT the repeated FIN meets RST, and the program that still holds the socket sees ECONNRESET.',
    rule: 'tcp_v4_rcv() sends RST where no socket matches (RFC 9293 section 3.5.2); in LAST_ACK tcp_reset() sets sk_err to ECONNRESET. SOCK_DESTROY removes a TIME_WAIT in silence (tcp_abort()).',
    cases: ['L3'],
    labels: { sentAgain: 'FIN sent again', answer: 'answer to that FIN', error: 'error at the peer' },
    variants: { 'TIME_WAIT is removed': true, 'TIME_WAIT stands': false },
  },
  async (context, isRemoved) => {
    const { server, client, c, filter } = await loseLastAck(context);
    context.mark('the last ACK is lost');
    if (isRemoved) server.destroy({ ...filter, state: 'TIME_WAIT' });
    context.link(server, client).loseNothing();
    await client.waitUntilGone({ localPort: filter.remotePort }, 'the answer to the repeated FIN');
    const error = c.getOption('SO_ERROR');
    return { ...repeated(context), error: error === 0 ? 'none' : getSystemErrorName(-error) };
  },
);

export const lastAckExperiments: readonly Experiment[] = [lastAckLost, withoutTimeWait];
