import { readFileSync } from 'node:fs';
import { Capture } from '../capture.js';
import { type Case, defineCase } from '../case.js';
import type { Host } from '../host.js';
import type { Lab } from '../lab.js';
import type { LabSocket } from '../lab-socket.js';
import { inState, readToEnd } from '../peer-view.js';
import { outcomeAsync } from '../step.js';
import { until } from '../until.js';
import { alike } from '../wording.js';

const port = 80;

/** How often a full queue has cost a connection on this host: ListenOverflows of /proc/net/netstat. */
function overflows(host: Host): number {
  const [names = '', values = ''] = host.run(() => readFileSync('/proc/thread-self/net/netstat', 'utf8')).split('\n');
  return Number(values.split(' ')[names.split(' ').indexOf('ListenOverflows')]);
}

async function overflowed(host: Host): Promise<void> {
  await until(() => (overflows(host) > 0 ? true : undefined), 'the queue to overflow');
  host.note('ListenOverflows', String(overflows(host)));
}

/** Connects until the queue holds one more than the backlog, which is when it is full (sk_acceptq_is_full()). */
async function fillQueue(host: Host, backlog: number): Promise<void> {
  for (let made = 0; made <= backlog; made++)
    await host.connect({ address: host.A, port }, { name: `waiting ${made}` });
}

type Refusal = { readonly full: 'no listener' | 'before the SYN' | 'before the last ACK'; readonly abort: 0 | 1 };

async function refuse(lab: Lab, { full, abort }: Refusal): Promise<string> {
  const host = lab.host();
  host.setSysctl('net.ipv4.tcp_abort_on_overflow', abort);
  const to = { address: host.A, port };
  const client = host.open({ name: 'client' });
  if (full === 'no listener') return await outcomeAsync(() => client.connect(to));
  const listener = host.listen({ ...to, backlog: 1 });
  if (full === 'before the SYN') {
    await fillQueue(host, 1);
    const done = await outcomeAsync(async () => void (client.tryConnect(to) || (await overflowed(host))));
    return done === 'ok' ? trying(client) : done;
  }
  // The ACK of a silent client is put aside, so the server's end stays in SYN_RECV while others fill the queue.
  listener.setOption('TCP_DEFER_ACCEPT', 30);
  await client.connect(to);
  listener.setOption('TCP_DEFER_ACCEPT', 0);
  await fillQueue(host, 1);
  await client.send('the ACK comes with this');
  await overflowed(host);
  if (client.state === 'ESTABLISHED') return trying(client);
  return `connected, then ${(await readToEnd(client)).end}`;
}

/** Its end of the connection is still there, in SYN_SENT or, for all it knows, ESTABLISHED. */
function trying(client: LabSocket): string {
  const { state } = client;
  client.host.note('state of the client', state);
  return state === 'SYN_SENT' || state === 'ESTABLISHED' ? 'goes on trying' : state;
}

const refused = defineCase<Refusal, string>({
  id: 'R5',
  articles: [],
  title: 'connect() to nobody, and to a full queue',
  claim:
    'connect() to a port nobody listens on is refused; to a listener with a full queue it goes on trying, or is refused if tcp_abort_on_overflow is 1 (listen(2), ip-sysctl).',
  rule: 'tcp_v4_rcv() answers a SYN for nobody with RST. tcp_conn_request() drops a SYN when the queue is full whatever the setting; only tcp_check_req() looks at sysctl_tcp_abort_on_overflow, when the last ACK of a handshake finds no room.',
  advice:
    'Watch ListenOverflows and the accept queue (Recv-Q of the listener); a longer backlog or more acceptors help, tcp_abort_on_overflow does not tell clients apart from a crash.',
  rows: [
    { name: 'no listener', given: { full: 'no listener', abort: 0 }, says: 'ECONNREFUSED' },
    {
      name: 'full before the SYN, tcp_abort_on_overflow 0',
      given: { full: 'before the SYN', abort: 0 },
      says: 'goes on trying',
    },
    {
      name: 'full before the SYN, tcp_abort_on_overflow 1',
      given: { full: 'before the SYN', abort: 1 },
      says: 'ECONNREFUSED',
    },
    {
      name: 'full before the last ACK, tcp_abort_on_overflow 0',
      given: { full: 'before the last ACK', abort: 0 },
      says: 'goes on trying',
    },
    {
      name: 'full before the last ACK, tcp_abort_on_overflow 1',
      given: { full: 'before the last ACK', abort: 1 },
      says: 'ECONNREFUSED',
    },
  ],
  run: refuse,
  because: (rows) => rows.map(({ name, observed }) => `${name}: ${observed}`).join('; '),
});

type Place = 'accepted' | 'in the queue' | 'its handshake not finished';
type Closing = { readonly place: Place; readonly sibling: boolean; readonly migrate: 0 | 1 };

/** Closes a listener and tells what has become of a connection to it. */
async function closeListener(lab: Lab, { place, sibling, migrate }: Closing): Promise<string> {
  const host = lab.host();
  host.setSysctl('net.ipv4.tcp_migrate_req', migrate);
  const where = { address: host.A, port, options: { SO_REUSEPORT: true } };
  const listener = host.listen({ ...where, name: 'left' });
  if (place === 'its handshake not finished') listener.setOption('TCP_DEFER_ACCEPT', 30);
  const client = await host.connect({ address: host.A, port });
  const accepted = place === 'accepted' ? await listener.accept() : undefined;
  // It joins after the connection, which is therefore the first one's for certain.
  const other = sibling ? host.listen({ ...where, name: 'right' }) : undefined;
  listener.close();
  if (place === 'its handshake not finished') await outcomeAsync(() => client.send('the ACK comes with this'));
  const heir = accepted ?? (await inherited(client, other));
  if (heir === undefined) return (await readToEnd(client)).end;
  return heir.state === 'ESTABLISHED' && client.state === 'ESTABLISHED' ? 'kept' : heir.state;
}

/** The connection, if it has come to the other listener. */
async function inherited(client: LabSocket, other: LabSocket | undefined): Promise<LabSocket | undefined> {
  const gone = 'gone';
  const heir = await until(
    () => (client.state === 'CLOSE' ? gone : other?.socket.tryAccept()),
    'the fate of the connection',
  );
  return heir === gone ? undefined : client.host.record('accepted by the other', heir);
}

const closedListener = defineCase<Closing, string>({
  id: 'R8',
  articles: [],
  title: 'Closing a listener with connections in its queue',
  claim:
    'Closing a listener leaves the connections it has taken alone, and those not accepted yet go to another listener of the SO_REUSEPORT group.',
  rule: 'inet_csk_listen_stop() ends what nobody has accepted with RST, although the peer has long been ESTABLISHED. Only with net.ipv4.tcp_migrate_req, or a BPF program for it, does reuseport_migrate_sock() hand it on; a handshake under way moves when its next segment comes (inet_reqsk_clone()).',
  advice:
    'To restart without loss, set tcp_migrate_req=1, or pass the listening descriptor on, or accept until the queue is empty before you close.',
  since: '5.14',
  rows: [
    { name: 'accepted', given: { place: 'accepted', sibling: false, migrate: 0 }, says: 'kept' },
    { name: 'in the queue', given: { place: 'in the queue', sibling: false, migrate: 0 }, says: 'kept' },
    {
      name: 'in the queue, another listener, tcp_migrate_req 0',
      given: { place: 'in the queue', sibling: true, migrate: 0 },
      says: 'kept',
    },
    {
      name: 'in the queue, another listener, tcp_migrate_req 1',
      given: { place: 'in the queue', sibling: true, migrate: 1 },
      says: 'kept',
    },
    {
      name: 'its handshake not finished, another listener, tcp_migrate_req 0',
      given: { place: 'its handshake not finished', sibling: true, migrate: 0 },
      says: 'kept',
    },
    {
      name: 'its handshake not finished, another listener, tcp_migrate_req 1',
      given: { place: 'its handshake not finished', sibling: true, migrate: 1 },
      says: 'kept',
    },
  ],
  run: closeListener,
  because: (rows) =>
    alike(
      rows,
      ({ observed }) => observed,
      ({ name }) => name,
    )
      .map(({ outcome, labels }) => `${outcome}: ${labels.join('; ')}`)
      .join(' / '),
});

type Early =
  | 'TCP_DEFER_ACCEPT, the client is silent'
  | 'TCP_DEFER_ACCEPT, the client sends'
  | 'TCP_DEFER_ACCEPT, the client stays silent for longer than the time'
  | 'TCP_FASTOPEN, the first connection'
  | 'TCP_FASTOPEN, the second connection'
  | 'TCP_FASTOPEN, the second connection, the sysctl for clients only';

type Accepted = { readonly accept: string; readonly bytesInSyn: number };

/** What accept() has to offer now: nothing, or a connection with or without something to read. */
function offered(listener: LabSocket): string {
  const connection = listener.socket.tryAccept();
  if (connection === undefined) return 'nothing';
  const data = connection.tryRecv();
  connection.close();
  return data === undefined ? 'a connection without data' : 'a connection with data';
}

function noted(listener: LabSocket, accept: string): string {
  listener.host.note(`${listener.name}.accept()`, accept);
  return accept;
}

async function deferred(host: Host, early: Early): Promise<string> {
  const listener = host.listen({ address: host.A, port, options: { TCP_DEFER_ACCEPT: 1 } });
  const client = await host.connect({ address: host.A, port });
  if (early === 'TCP_DEFER_ACCEPT, the client sends') {
    await client.send('a request');
    await until(() => (client.socket.getOption('TCP_INFO').unacked === 0 ? true : undefined), 'the data to arrive');
  }
  await inState(client, 'ESTABLISHED');
  const [row] = host.look("the server's end", { localPort: port, remotePort: client.local.port });
  if (early !== 'TCP_DEFER_ACCEPT, the client stays silent for longer than the time')
    return noted(listener, offered(listener));
  if (row?.state !== 'SYN_RECV') throw new Error(`the server's end is in ${row?.state}`);
  return noted(
    listener,
    await until(() => {
      const now = offered(listener);
      return now === 'nothing' ? undefined : now;
    }, 'a connection'),
  );
}

/** Connects and sends; the option lets connect() wait for the data if there is a cookie. */
async function openFast(host: Host): Promise<LabSocket> {
  const client = await host.connect({ address: host.A, port }, { options: { TCP_FASTOPEN_CONNECT: true } });
  await client.send('a request');
  await inState(client, 'ESTABLISHED');
  return client;
}

async function fastOpen(host: Host, early: Early): Promise<string> {
  host.setSysctl('net.ipv4.tcp_fastopen', early.endsWith('clients only') ? 1 : 3);
  const listener = host.listen({ address: host.A, port, options: { TCP_FASTOPEN: 5 } });
  if (early !== 'TCP_FASTOPEN, the first connection') {
    (await openFast(host)).close();
    offered(listener);
  }
  const client = await openFast(host);
  await until(() => (client.socket.getOption('TCP_INFO').unacked === 0 ? true : undefined), 'the data to arrive');
  return noted(listener, offered(listener));
}

const acceptEarlyOrLate = defineCase<Early, Accepted>({
  id: 'R16',
  articles: [],
  title: 'TCP_DEFER_ACCEPT and TCP_FASTOPEN: what accept() and the wire see',
  claim:
    'With TCP_DEFER_ACCEPT a listener is awakened only when data arrives (tcp(7)); with TCP_FASTOPEN the data travels in the SYN (RFC 7413).',
  rule: "tcp_check_req() puts the bare ACK of a deferred handshake aside until SYN+ACK has been sent again as often as the seconds come to; the next bare ACK is taken. Fast Open needs a cookie that the first connection fetches (tcp_fastopen_cookie_check()), kept by the client in its metrics, and the server's bit 2 of net.ipv4.tcp_fastopen.",
  advice:
    'With TCP_DEFER_ACCEPT still expect connections without data, and a timeout for them. Send only what may arrive twice by Fast Open, and count on it for none but returning clients.',
  rows: [
    {
      name: 'TCP_DEFER_ACCEPT, the client is silent',
      given: 'TCP_DEFER_ACCEPT, the client is silent',
      says: { accept: 'nothing', bytesInSyn: 0 },
    },
    {
      name: 'TCP_DEFER_ACCEPT, the client sends',
      given: 'TCP_DEFER_ACCEPT, the client sends',
      says: { accept: 'a connection with data', bytesInSyn: 0 },
    },
    {
      name: 'TCP_DEFER_ACCEPT, the client stays silent for longer than the time',
      given: 'TCP_DEFER_ACCEPT, the client stays silent for longer than the time',
      says: { accept: 'nothing', bytesInSyn: 0 },
    },
    {
      name: 'TCP_FASTOPEN, the first connection',
      given: 'TCP_FASTOPEN, the first connection',
      says: { accept: 'a connection with data', bytesInSyn: 9 },
    },
    {
      name: 'TCP_FASTOPEN, the second connection',
      given: 'TCP_FASTOPEN, the second connection',
      says: { accept: 'a connection with data', bytesInSyn: 9 },
    },
    {
      name: 'TCP_FASTOPEN, the second connection, the sysctl for clients only',
      given: 'TCP_FASTOPEN, the second connection, the sysctl for clients only',
      says: { accept: 'a connection with data', bytesInSyn: 9 },
    },
  ],
  async run(lab, early) {
    const host = lab.host();
    const capture = new Capture(host);
    const accept = early.startsWith('TCP_FASTOPEN') ? await fastOpen(host, early) : await deferred(host, early);
    const syns = capture.segments().filter(({ to, flags }) => to.port === port && flags.includes('SYN'));
    return { accept, bytesInSyn: syns.at(-1)?.length ?? 0 };
  },
  because: (rows) =>
    alike(
      rows,
      ({ observed: { accept, bytesInSyn } }) => `accept() gives ${accept}, with ${bytesInSyn} bytes in the SYN`,
      ({ name }) => name,
    )
      .map(({ outcome, labels }) => `${outcome} (${labels.join('; ')})`)
      .join(', '),
});

/** Connections on their way to accept(). */
export const acceptQueueCases: readonly Case[] = [refused, closedListener, acceptEarlyOrLate];
