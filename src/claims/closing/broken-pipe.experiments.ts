import {
  arrived,
  connected,
  endingsOf,
  type Experiment,
  experiment,
  inState,
  outcomeAsync,
  programs,
} from '../kit/index.js';

interface Departure {
  readonly departure: 'close()' | 'close() with data unread' | 'shutdown(SHUT_WR)';
  readonly by: 'send() with MSG_NOSIGNAL' | 'write() in a program' | 'write() in a program that ignores SIGPIPE';
}

/** Two writes to a peer that has gone. */
export const writeAfterClose = experiment(
  'Writing to a peer that has closed',
  {
    name: 'write-after-close',
    about:
      'The first write succeeds and is answered with RST, the second gives EPIPE and SIGPIPE; after an RST the first fails already.',
    rule: 'A FIN says only that the peer sends no more. tcp_reset() sets EPIPE in CLOSE_WAIT and ECONNRESET in ESTABLISHED; sk_stream_error() sends SIGPIPE with EPIPE, unless MSG_NOSIGNAL.',
    cases: ['R6'],
    labels: { first: 'first write', second: 'second write', sent: 'sent by the server' },
    variants: {
      'close(), send() with MSG_NOSIGNAL': { departure: 'close()', by: 'send() with MSG_NOSIGNAL' },
      'close(), write() with SIGPIPE ignored': {
        departure: 'close()',
        by: 'write() in a program that ignores SIGPIPE',
      },
      'close(), write() with SIGPIPE as it is': { departure: 'close()', by: 'write() in a program' },
      'close() with data unread, so by RST': {
        departure: 'close() with data unread',
        by: 'send() with MSG_NOSIGNAL',
      },
      'shutdown(SHUT_WR) only': { departure: 'shutdown(SHUT_WR)', by: 'send() with MSG_NOSIGNAL' },
    } as const,
  },
  async (context, { departure, by }: Departure) => {
    const { client, s, c } = await connected(context);
    if (departure === 'shutdown(SHUT_WR)') s.shutdown('write');
    else {
      if (departure === 'close() with data unread') await arrived(s, await c.send('never read'));
      s.close();
    }
    await inState(c, departure === 'close() with data unread' ? 'CLOSE' : 'CLOSE_WAIT');
    // The answer to the first write is RST, or an ACK.
    const answered = async (): Promise<void> => {
      if (departure === 'close()') await inState(c, 'CLOSE');
    };
    const told = (first: string, second: string) => ({
      first,
      second,
      sent: endingsOf(context.segments(), 'server'),
    });
    if (by === 'send() with MSG_NOSIGNAL') {
      const first = await outcomeAsync(() => c.send('one'));
      await answered();
      return told(first, await outcomeAsync(() => c.send('two')));
    }
    const args = by === 'write() in a program' ? ['SIGPIPE'] : [];
    const program = await client.start({ program: programs.holder, fds: [c.socket.fd], args });
    const first = (await program.ask('write')).result;
    await answered();
    if (by !== 'write() in a program') return told(first, (await program.ask('write')).result);
    program.write(JSON.stringify(['write']));
    return told(first, `killed by ${await program.exited()}`);
  },
);

export const brokenPipeExperiments: readonly Experiment[] = [writeAfterClose];
