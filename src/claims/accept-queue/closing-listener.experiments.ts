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

const queueOf = 2;
/** A queue holds one more than its backlog (sk_acceptq_is_full()). */
const leaver = { port: 8080, name: 'leaver', backlog: queueOf - 1, options: { SO_REUSEPORT: true } };

/** Every new connection goes to the socket at this index of the SO_REUSEPORT group. */
const allTo = (index: number): { code: number; jt: number; jf: number; k: number }[] => [
  { code: 0x06, jt: 0, jf: 0, k: index },
];

/** Three ways to give up a port while connections wait. */
export const portLeft = experiment(
  'Leaving a port whose queue is full',
  {
    name: 'leave-port',
    about:
      'A close resets both connections of the queue. Where a successor has the same socket, close() ends a descriptor alone. A member of a SO_REUSEPORT group first has new connections steered to another one, and accepts what waits.',
    rule: 'inet_csk_listen_stop() runs when the last descriptor of a listener is closed, and resets its queue. SCM_RIGHTS makes another descriptor of the same socket (unix(7)). The program of SO_ATTACH_REUSEPORT_CBPF chooses who gets a SYN (reuseport_select_sock()).',
    cases: ['R17'],
    labels: {
      sent: 'sent by the server',
      waited: 'recv() of those that waited',
      late: 'recv() of one that comes later',
    },
    variants: {
      'a plain close': 'close',
      'handed over': 'hand over',
      'a member steers away, accepts and closes': 'steer',
    },
  },
  async ({ host, mark, segments }, how) => {
    const [server, client] = [host('server'), host('client')];
    const listener = server.listen(leaver);
    const waiting = [
      await client.connect(server, 8080, { name: 'first' }),
      await client.connect(server, 8080, { name: 'second' }),
    ];
    await queueHolds(server, 8080, queueOf);
    const successor =
      how === 'hand over'
        ? server.record('successor', listener.socket.dup())
        : how === 'steer'
          ? server.listen({ ...shared, name: 'member' })
          : undefined;
    const serve = async (from: LabSocket): Promise<void> => void (await (await from.accept()).send(stillHere));
    if (how === 'steer') {
      // The leaver was the first: its index is 0.
      listener.setOption('SO_ATTACH_REUSEPORT_CBPF', allTo(1));
      for (const _ of waiting) await serve(listener);
    }
    mark('the listener is closed');
    listener.close();
    if (how === 'hand over' && successor !== undefined) for (const _ of waiting) await serve(successor);
    const waited = [];
    for (const one of waiting) waited.push(await resultOf(() => one.recv()));
    const sent = endingsOf(segments(), 'server');
    const late = client.open({ name: 'third' });
    const isConnected =
      (await resultOf(async () => await late.connect({ address: server.address, port: 8080 }))) === 'ok';
    if (isConnected && successor !== undefined) await serve(successor);
    return { sent, waited: waited.join(', '), late: isConnected ? await resultOf(() => late.recv()) : 'ECONNREFUSED' };
  },
);

export const closingListenerExperiments: readonly Experiment[] = [
  listenerClosed,
  queueMigrated,
  handshakeMigrated,
  portLeft,
];
