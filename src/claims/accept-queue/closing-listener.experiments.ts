import {
  endingsOf,
  type Experiment,
  experiment,
  type LabSocket,
  queued,
  queueHolds,
  resultOf,
  until,
} from '../kit/index.js';

const shared = { port: 8080, options: { SO_REUSEPORT: true } };
const migrate = { 'tcp_migrate_req 0': 0, 'tcp_migrate_req 1': 1 } as const;

/** What the server says over a connection that is alive. */
export const stillHere = 'still here';

/** Until the connection has come to the queue of a listener, or is reset. */
async function keptOrReset(client: LabSocket, listener: LabSocket): Promise<'kept' | 'reset'> {
  const look = (): 'kept' | 'reset' | undefined => {
    if (client.state === 'CLOSE') return 'reset';
    return queued(listener.host, listener.local.port) > 0 ? 'kept' : undefined;
  };
  return await until(look, 'the fate of the connection');
}

/** Takes the connection from a listener's queue, and shows that it is alive. */
async function answered(client: LabSocket, listener: LabSocket): Promise<string> {
  const heir = await listener.accept('server');
  await heir.send(stillHere);
  return await resultOf(() => client.recv());
}

/** What has been accepted outlives its listener; what waits does not. */
export const listenerClosed = experiment(
  'Closing a listener',
  {
    name: 'close-listener',
    about: 'A connection that accept() has returned lives on; one that still waits in the queue is reset.',
    rule: 'inet_csk_listen_stop() ends each connection of the queue with RST (inet_child_forget(), tcp_disconnect()), although the client has long been ESTABLISHED.',
    cases: ['R8'],
    labels: { sent: 'sent by the server', recv: 'recv() of the client' },
    variants: { accepted: true, 'in the queue': false },
  },
  async ({ host, mark, segments }, isAccepted) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(8080);
    const c = await client.connect(server, 8080);
    await queueHolds(server, 8080, 1);
    const s = isAccepted ? await listener.accept('server') : undefined;
    mark('the listener is closed');
    listener.close();
    await s?.send(stillHere);
    const recv = await resultOf(() => c.recv());
    return { sent: endingsOf(segments(), 'server'), recv };
  },
);

/** The same with a second listener on the port. */
export const queueMigrated = experiment(
  'Closing one of two listeners: the queue',
  {
    name: 'migrate-queue',
    about: 'With tcp_migrate_req 1 a connection in the queue goes to the other listener of the SO_REUSEPORT group.',
    rule: 'inet_csk_listen_stop() asks reuseport_migrate_sock() for another listener, which finds one only with net.ipv4.tcp_migrate_req or a BPF program.',
    cases: ['R8'],
    labels: { sent: 'sent by the server', recv: 'recv() of the client' },
    variants: migrate,
  },
  async ({ host, mark, segments }, value) => {
    const [server, client] = [host('server'), host('client')];
    server.setSysctl('net.ipv4.tcp_migrate_req', value);
    const first = server.listen({ ...shared, name: 'first' });
    const c = await client.connect(server, 8080);
    await queueHolds(server, 8080, 1);
    // It joins after the connection, which is therefore the first one's for certain.
    const second = server.listen({ ...shared, name: 'second' });
    mark('the listener with the connection is closed');
    first.close();
    const isKept = (await keptOrReset(c, second)) === 'kept';
    const recv = isKept ? await answered(c, second) : await resultOf(() => c.recv());
    return { sent: endingsOf(segments(), 'server'), recv };
  },
);

/** The same for a connection whose last ACK has not come. */
export const handshakeMigrated = experiment(
  'Closing one of two listeners: a handshake under way',
  {
    name: 'migrate-handshake',
    about:
      'With tcp_migrate_req 1 the last ACK of a handshake is taken by the other listener; with 0 it is answered with RST.',
    rule: 'tcp_v4_rcv() finds the request of a closed listener: reuseport_migrate_sock() and inet_reqsk_clone() move it, or it is dropped and the ACK belongs to nobody.',
    cases: ['R8'],
    labels: { sent: 'sent by the server', recv: 'recv() of the client' },
    variants: migrate,
  },
  async ({ host, link, mark, segments, settle }, value) => {
    const [server, client] = [host('server'), host('client', { relayed: true })];
    server.setSysctl('net.ipv4.tcp_migrate_req', value);
    const first = server.listen({ ...shared, name: 'first' });
    // Until the listener is closed: the SYN ACK may be sent again before, and acknowledged again.
    link(server, client).lose({ from: client, where: ({ flags }) => !flags.includes('SYN') });
    const c = await client.connect(server, 8080);
    const second = server.listen({ ...shared, name: 'second' });
    await settle();
    mark('the last ACK was lost, and the listener is closed');
    first.close();
    link(server, client).loseNothing();
    await c.send('hello');
    const isKept = (await keptOrReset(c, second)) === 'kept';
    const recv = isKept ? await answered(c, second) : await resultOf(() => c.recv());
    return { sent: endingsOf(segments(), 'server'), recv };
  },
);

export const closingListenerExperiments: readonly Experiment[] = [listenerClosed, queueMigrated, handshakeMigrated];
