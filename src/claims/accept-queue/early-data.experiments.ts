import { type Experiment, experiment, type Host, type LabSocket, type TraceSegment, until } from '../kit/index.js';

/** What accept() has to offer now: nothing, or a connection with or without something to read. */
async function offered(listener: LabSocket, name = 'server'): Promise<string> {
  const connection = listener.tryAccept(name);
  if (connection === undefined) return 'nothing';
  if (connection.socket.tryRecv({ flags: ['MSG_PEEK'] }) === undefined) return 'a connection without data';
  await connection.recv();
  return 'a connection with data';
}

/** Until everything the socket has sent is acknowledged. */
async function acknowledged({ name, socket }: LabSocket): Promise<void> {
  await until(() => (socket.getOption('TCP_INFO').unacked === 0 ? true : undefined), `an ACK for the ${name}`);
}

/** Bytes of data that came with the last SYN of the client. */
function bytesInSyn(segments: readonly TraceSegment[]): number {
  return segments.filter(({ from, flags }) => from === 'client' && flags.includes('SYN')).at(-1)?.length ?? 0;
}

/** accept() waits for data. */
export const deferAccept = experiment(
  'TCP_DEFER_ACCEPT',
  {
    name: 'defer-accept',
    about:
      'The bare ACK of the handshake is put aside: accept() has nothing until data comes, or until the time is over.',
    rule: 'tcp_check_req() puts the bare ACK aside until SYN+ACK has been sent again as often as the seconds come to; the next bare ACK is taken.',
    cases: ['R16'],
    labels: { state: 'state of the server', accept: 'accept()', bytesInSyn: 'bytes in the SYN' },
    variants: { 'the client is silent': 'silent', 'the client sends': 'sends', 'the client stays silent': 'stays' },
  },
  async ({ host, segments }, client) => {
    const [server, far] = [host('server'), host('client')];
    // Long enough to be looked at on a machine that is busy, and where it is to be over, short.
    const listener = server.listen({ port: 8080, options: { TCP_DEFER_ACCEPT: client === 'stays' ? 1 : 100 } });
    const c = await far.connect(server, 8080);
    if (client === 'sends') await c.send('a request');
    await acknowledged(c);
    const { state } = await server.waitFor({ localPort: 8080, remotePort: c.local.port }, "the server's end");
    if (client === 'stays')
      await server.waitFor({ remotePort: c.local.port, state: 'ESTABLISHED' }, 'the time is over');
    return { state, accept: await offered(listener), bytesInSyn: bytesInSyn(segments()) };
  },
);

/** Connects and sends; the option lets connect() wait for the data if there is a cookie. */
async function openFast(host: Host, server: Host, name: string): Promise<LabSocket> {
  const client = await host.connect(server, 8080, { name, options: { TCP_FASTOPEN_CONNECT: true } });
  await client.send('a request');
  await acknowledged(client);
  return client;
}

/** Data in the SYN. */
export const fastOpen = experiment(
  'TCP_FASTOPEN',
  {
    name: 'fast-open',
    about: 'The first connection fetches a cookie; the SYN of the second one carries it, and data.',
    rule: 'tcp_fastopen_cookie_check() of the client finds the cookie in its metrics (RFC 7413 section 4.1). The server needs bit 2 of net.ipv4.tcp_fastopen to hand one out (tcp_try_fastopen()).',
    cases: ['R16'],
    labels: { accept: 'accept()', bytesInSyn: 'bytes in the SYN' },
    variants: {
      'the first connection': { sysctl: 3, connections: 1 },
      'the second connection': { sysctl: 3, connections: 2 },
      'the second connection, the sysctl for clients only': { sysctl: 1, connections: 2 },
    },
  },
  async ({ host, mark, segments }, { sysctl, connections }) => {
    const [server, client] = [host('server'), host('client')];
    for (const side of [server, client]) side.setSysctl('net.ipv4.tcp_fastopen', sysctl);
    const listener = server.listen({ port: 8080, options: { TCP_FASTOPEN: 5 } });
    let accept = '';
    for (const name of ['first', 'second'].slice(0, connections)) {
      mark(`the ${name} connection`);
      await openFast(client, server, name);
      accept = await offered(listener, `${name} at the server`);
    }
    return { accept, bytesInSyn: bytesInSyn(segments()) };
  },
);

export const earlyDataExperiments: readonly Experiment[] = [deferAccept, fastOpen];
