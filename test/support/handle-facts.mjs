// What src/handles rests on in Node: facts that a new version could change, so they are checked on every supported one.
// Plain JavaScript over dist/ and node:assert, because a test runner does not run on all of them. Run directly it prints
// { title: 'ok' | error } as JSON.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { fileURLToPath } from 'node:url';
import {
  bindDatagram,
  connect,
  connector,
  createConnection,
  fdOf,
  getOption,
  listen,
  listSockets,
  presetOptions,
  reservePort,
  setOption,
  Socket,
} from '../../dist/index.js';

const key = readFileSync(new URL('localhost.key.pem', import.meta.url));
const cert = readFileSync(new URL('localhost.cert.pem', import.meta.url));
const loopback = { address: '127.0.0.1' };

const noDescriptor = (message) => ({ name: 'UsageError', code: 'ERR_NO_DESCRIPTOR', message });

/** Descriptors of this process; the one readdir itself opens counts in every call alike. */
function descriptors() {
  return readdirSync('/proc/self/fd').length;
}

/** AF_INET is 2: shows that the descriptor is a socket, and reaches the kernel. */
function domainOf(target) {
  return getOption(target, 'SO_DOMAIN');
}

/** With a listener the kernel reports the limit of the accept queue, sk_max_ack_backlog, as tcpi_sacked. */
function backlogOf(target) {
  return getOption(target, 'TCP_INFO').sacked;
}

async function closed(...closers) {
  for (const each of closers) {
    const gone = once(each, 'close');
    if (typeof each.destroy === 'function') each.destroy();
    else each.close();
    await gone;
  }
}

async function pair(server) {
  const accepted = once(server, 'connection');
  const client = await connect({ host: '127.0.0.1', port: server.address().port });
  const [peer] = await accepted;
  return { client, peer };
}

/** One answer of a cluster worker of this file's neighbour, which is gone afterwards. */
async function worker(how) {
  const child = fork(fileURLToPath(new URL('handle-cluster.mjs', import.meta.url)), [how], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  const [answer] = await Promise.race([once(child, 'message'), gone.then(([code]) => assert.fail(`exit ${code}`))]);
  child.send('stop');
  await gone;
  return answer;
}

/** The body of the answer, once the connection is closed or the agent has it back. */
async function getText(get, options) {
  const request = get(options);
  const [response] = await once(request, 'response');
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  if (options.createConnection !== undefined) await closed(request.socket);
  return text;
}

export const facts = {
  'a net.Server has a descriptor only while it listens': async () => {
    const server = net.createServer();
    assert.throws(() => fdOf(server), noDescriptor(/not listening/));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    assert.equal(domainOf(server), 2);
    await closed(server);
    assert.throws(() => fdOf(server), noDescriptor(/not listening/));
  },

  'a net.Socket has a descriptor from connected to destroyed': async () => {
    const server = await listen(net.createServer(), loopback);
    const socket = new net.Socket();
    assert.throws(() => fdOf(socket), noDescriptor(/has not been connected/));
    const accepted = once(server, 'connection');
    socket.connect(server.address().port, '127.0.0.1');
    assert.throws(() => fdOf(socket), noDescriptor(/connecting/));
    await once(socket, 'connect');
    const [peer] = await accepted;
    assert.equal(domainOf(socket), 2);
    assert.equal(domainOf(peer), 2);
    assert.notEqual(fdOf(peer), fdOf(socket));
    await closed(socket, peer);
    assert.throws(() => fdOf(socket), noDescriptor(/destroyed/));
    await closed(server);
  },

  'a TLSSocket has that of the socket below': async () => {
    const server = await listen(tls.createServer({ key, cert }), loopback);
    const below = await connect({ host: '127.0.0.1', port: server.address().port });
    const fd = fdOf(below);
    const accepted = once(server, 'secureConnection');
    const client = tls.connect({ socket: below, ca: cert, servername: 'localhost' });
    assert.equal(fdOf(client), fd);
    await once(client, 'secureConnect');
    const [peer] = await accepted;
    assert.equal(fdOf(client), fd);
    assert.equal(domainOf(peer), 2);
    assert.equal(domainOf(server), 2);
    await closed(client, peer, server);
    assert.throws(() => fdOf(client), noDescriptor(/destroyed/));
  },

  'TLS over a stream that is no socket has none': async () => {
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const socket = tls.connect({ socket: stream }).on('error', () => {});
    assert.throws(() => fdOf(socket), noDescriptor(/TLS over a stream/));
    socket.destroy();
    stream.destroy();
  },

  'http messages point to their socket, which has one': async () => {
    const server = await listen(
      http.createServer((request, response) => {
        assert.throws(() => fdOf(request), { code: 'ERR_ARGUMENT_INVALID', message: /pass its \.socket/ });
        assert.throws(() => fdOf(response), { code: 'ERR_ARGUMENT_INVALID', message: /pass its \.socket/ });
        response.end(String(domainOf(request.socket)));
      }),
      loopback,
    );
    const request = http.get({ port: server.address().port, host: '127.0.0.1', agent: false });
    assert.throws(() => fdOf(request), { code: 'ERR_ARGUMENT_INVALID', message: /pass its \.socket/ });
    const [response] = await once(request, 'response');
    assert.equal(domainOf(request.socket), 2);
    const [body] = await once(response.setEncoding('utf8'), 'data');
    assert.equal(body, '2');
    await closed(server);
  },

  'an https server has one': async () => {
    const server = await listen(https.createServer({ key, cert }), loopback);
    assert.equal(domainOf(server), 2);
    await closed(server);
  },

  'both sessions of http2 have that of their socket': async () => {
    const server = await listen(http2.createServer(), loopback);
    const session = once(server, 'session');
    const client = http2.connect(`http://127.0.0.1:${server.address().port}`);
    assert.throws(() => fdOf(client), noDescriptor(/^ClientHttp2Session has no descriptor: it is still connecting/));
    await once(client, 'connect');
    const [peer] = await session;
    assert.equal(domainOf(client), 2);
    assert.equal(domainOf(peer), 2);
    assert.notEqual(fdOf(peer), fdOf(client));
    const stream = client.request({ ':path': '/' }).on('error', () => {});
    assert.throws(() => fdOf(stream), { code: 'ERR_ARGUMENT_INVALID', message: /pass its \.session/ });
    await closed(client, peer);
    assert.throws(() => fdOf(client), noDescriptor(/destroyed/));
    assert.throws(() => fdOf(peer), noDescriptor(/destroyed/));
    await closed(server);
  },

  'sessions of http2 over TLS have one': async () => {
    const server = await listen(http2.createSecureServer({ key, cert }), loopback);
    const session = once(server, 'session');
    const client = http2.connect(`https://localhost:${server.address().port}`, {
      createConnection: () =>
        tls.connect({
          port: server.address().port,
          host: '127.0.0.1',
          servername: 'localhost',
          ca: cert,
          ALPNProtocols: ['h2'],
        }),
    });
    const [peer] = await session;
    if (client.connecting) await once(client, 'connect');
    assert.equal(domainOf(client), 2);
    assert.equal(domainOf(peer), 2);
    await closed(client, server);
  },

  'a dgram.Socket has one from bound to closed, without a warning': async () => {
    const warnings = [];
    const onWarning = (warning) => warnings.push(warning);
    process.on('warning', onWarning);
    const socket = dgram.createSocket('udp4');
    assert.throws(() => fdOf(socket), noDescriptor(/not bound/));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    assert.equal(domainOf(socket), 2);
    setOption(socket, 'SO_PRIORITY', 3);
    assert.equal(getOption(socket, 'SO_PRIORITY'), 3);
    await closed(socket);
    assert.throws(() => fdOf(socket), noDescriptor(/closed/));
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    assert.deepEqual(warnings, []);
  },

  'a connected dgram.Socket has one': async () => {
    const socket = dgram.createSocket('udp4');
    socket.connect(9, '127.0.0.1');
    await once(socket, 'connect');
    assert.equal(domainOf(socket), 2);
    await closed(socket);
  },

  'net.BoundSocket, where there is one, has one until it is closed': async () => {
    if (net.BoundSocket === undefined) return;
    const bound = new net.BoundSocket({ port: 0, host: '127.0.0.1' });
    assert.equal(domainOf(bound), 2);
    bound.close();
    assert.throws(() => fdOf(bound), noDescriptor(/fd\(\) says/));
  },

  'the shared server of a cluster worker has none, and says so': async () => {
    assert.match(await worker('shared'), /^ERR_NO_DESCRIPTOR .*primary of the cluster/);
  },

  'an exclusive server of a cluster worker has one': async () => {
    assert.match(await worker('exclusive'), /^fd \d+$/);
  },

  'listen() gives a cluster worker a socket of its own, with the backlog': async () => {
    assert.equal(await worker('listen'), 'SO_REUSEPORT true, backlog 7, answered by the worker');
  },

  'listen() gives a cluster worker a Unix socket of its own': async () => {
    assert.match(await worker('listen-unix'), /^fd \d+$/);
  },

  'an ended worker thread closes what it left open': async () => {
    const { Worker } = await import('node:worker_threads');
    const before = descriptors();
    const thread = new Worker(
      `import('${new URL('../../dist/index.js', import.meta.url).href}').then(async ({ listen, reservePort }) => {
         await listen(require('node:net').createServer(), { address: '127.0.0.1' });
         globalThis.kept = reservePort({ address: '127.0.0.1' });
         process.exit();
       });`,
      { eval: true },
    );
    await once(thread, 'exit');
    assert.equal(descriptors(), before);
  },

  'listen() keeps the backlog through to the kernel': async () => {
    for (const backlog of [0, 1, 5, 511]) {
      const server = await listen(net.createServer(), { ...loopback, backlog });
      assert.equal(backlogOf(server), backlog);
      await closed(server);
    }
  },

  'the server of listen() knows its address': async () => {
    const server = await listen(http.createServer(), loopback);
    assert.equal(server.address().address, '127.0.0.1');
    assert.ok(server.address().port > 0);
    assert.equal(server.listening, true);
    await closed(server);
  },

  'the server of listen() on a Unix path or abstract name knows it': async () => {
    const file = join(realpathSync(tmpdir()), `sockwise-${process.pid}.sock`);
    for (const path of [file, `\0sockwise-${process.pid}`]) {
      const server = await listen(
        net.createServer((peer) => peer.end('hello')),
        { path },
      );
      assert.equal(server.address(), path);
      const client = await connect({ path });
      const [data] = await once(client, 'data');
      assert.equal(String(data), 'hello');
      await closed(client, server);
    }
    rmSync(file);
  },

  'listen() hands the descriptor over once': async () => {
    const before = descriptors();
    const server = await listen(net.createServer(), loopback);
    assert.equal(descriptors(), before + 1);
    const { port } = server.address();
    await assert.rejects(listen(net.createServer(), { ...loopback, port }), {
      code: 'EADDRINUSE',
      syscall: 'bind',
      port,
    });
    await assert.rejects(listen(server, loopback), { code: 'ERR_SOCKET_BUSY' });
    assert.equal(descriptors(), before + 1);
    await closed(server);
    assert.equal(descriptors(), before);
  },

  'a server can be closed and listen again': async () => {
    const server = net.createServer();
    for (let round = 0; round < 3; round++) {
      await listen(server, loopback);
      assert.equal(server.listening, true);
      await closed(server);
    }
  },

  'listen() closes the descriptor if the server cannot take it': async () => {
    const before = descriptors();
    const server = net.createServer();
    server.listen = () => {
      throw new Error('not today');
    };
    await assert.rejects(listen(server, loopback), /not today/);
    assert.equal(descriptors(), before);
  },

  'a signal closes the server, before and after it listens': async () => {
    const before = descriptors();
    const early = new AbortController();
    const pending = listen(net.createServer(), { ...loopback, signal: early.signal });
    early.abort(new Error('early'));
    await assert.rejects(pending, /early/);
    const late = new AbortController();
    const server = await listen(net.createServer(), { ...loopback, signal: late.signal });
    const gone = once(server, 'close');
    late.abort();
    await gone;
    assert.equal(descriptors(), before);
  },

  'a reserved port goes to no one else, and then to a server': async () => {
    const reservation = reservePort(loopback);
    const { port } = reservation;
    const server = net.createServer();
    server.listen(port, '127.0.0.1');
    const [error] = await once(server, 'error');
    assert.equal(error.code, 'EADDRINUSE');
    if (net.BoundSocket !== undefined) {
      assert.throws(() => new net.BoundSocket({ port, host: '127.0.0.1' }), { code: 'EADDRINUSE' });
    }
    await reservation.listen(server);
    assert.equal(server.address().port, port);
    await closed(server);
  },

  'connect() resolves with a net.Socket that knows its addresses': async () => {
    const before = descriptors();
    const server = await listen(net.createServer({ allowHalfOpen: true }), loopback);
    const { client, peer } = await pair(server);
    assert.equal(descriptors(), before + 3);
    assert.ok(client instanceof net.Socket);
    assert.equal(client.remoteAddress, '127.0.0.1');
    assert.equal(client.remotePort, server.address().port);
    assert.equal(client.localPort, peer.remotePort);
    assert.equal(client.connecting, false);
    assert.equal(client.readyState, 'open');
    client.end('to the end');
    let text = '';
    for await (const part of peer.setEncoding('utf8')) text += part;
    assert.equal(text, 'to the end');
    await closed(client, peer, server);
    assert.equal(descriptors(), before);
  },

  'createConnection() returns a socket that connects with the options, as Node does in all else': async () => {
    const before = descriptors();
    const server = await listen(net.createServer({ allowHalfOpen: true }), {
      ...loopback,
      options: { TCP_SAVE_SYN: 1 },
    });
    const { port } = server.address();
    const lookup = (_host, _options, callback) => callback(null, [{ address: '127.0.0.9' }, { address: '127.0.0.1' }]);
    const client = createConnection({ host: 'two.test', port, lookup, options: { IP_TOS: 0x10 } });
    const seen = [];
    for (const event of ['lookup', 'connectionAttempt', 'connect', 'ready', 'end', 'error', 'close'])
      client.on(event, (...details) => seen.push(event === 'lookup' ? details[1] : event));
    assert.equal(client.connecting, true);
    assert.equal(client.readyState, 'opening');
    client.setNoDelay(true);
    client.end('early');
    const [peer] = await once(server, 'connection');
    assert.equal(getOption(peer, 'TCP_SAVED_SYN')[1], 0x10);
    assert.equal(client.connecting, false);
    assert.equal(client.remotePort, port);
    assert.equal(getOption(client, 'TCP_NODELAY'), true);
    const gone = once(client.resume(), 'close');
    let text = '';
    peer.setEncoding('utf8').on('data', (part) => (text += part));
    await once(peer, 'end');
    assert.equal(text, 'early');
    peer.end();
    await gone;
    const tried = seen.filter((event) => event === 'connectionAttempt');
    assert.equal(tried.length, 2);
    assert.deepEqual(
      seen.filter((event) => event !== 'connectionAttempt'),
      ['127.0.0.9', '127.0.0.1', 'connect', 'ready', 'end', 'close'],
    );
    await closed(server);
    assert.equal(descriptors(), before);
  },

  'createConnection() takes connect() of the client: to its place, to another, again': async () => {
    const server = await listen(net.createServer(), loopback);
    const { port } = server.address();
    const reserved = reservePort(loopback);
    const client = createConnection({ options: { TCP_USER_TIMEOUT: 1234 } });
    client.connect(reserved.port, '127.0.0.1');
    client.connect(port, '127.0.0.1');
    client.connect({ port, host: '127.0.0.1' });
    await once(client, 'connect');
    assert.equal(client.remotePort, port);
    assert.equal(getOption(client, 'TCP_USER_TIMEOUT'), 1234);
    await closed(client);
    client.connect(port, '127.0.0.1');
    await once(client, 'connect');
    assert.equal(getOption(client, 'TCP_USER_TIMEOUT'), 1234);
    client.connect(port, '127.0.0.1');
    const [error] = await once(client, 'error');
    assert.equal(error.code, 'EISCONN');
    reserved.release();
    await closed(server);
  },

  'TLS over a socket of createConnection() that still connects has its descriptor and its options': async () => {
    const server = await listen(tls.createServer({ key, cert }), loopback);
    const options = { SO_KEEPALIVE: true, TCP_KEEPIDLE: 77, TCP_KEEPINTVL: 5, TCP_KEEPCNT: 4 };
    const below = createConnection({ host: '127.0.0.1', port: server.address().port, options });
    const secure = tls.connect({ socket: below, ca: cert, servername: 'localhost' });
    await once(secure, 'secureConnect');
    assert.equal(fdOf(secure), fdOf(below));
    secure.setKeepAlive(true, 30_000);
    for (const [name, value] of Object.entries(options)) assert.equal(getOption(secure, name), value);
    await closed(secure, server);
  },

  'setKeepAlive() and setNoDelay() do not overwrite what connect() was given': async () => {
    const server = await listen(net.createServer(), loopback);
    const options = { SO_KEEPALIVE: true, TCP_KEEPIDLE: 77, TCP_KEEPINTVL: 5, TCP_KEEPCNT: 4, TCP_NODELAY: false };
    const to = { host: '127.0.0.1', port: server.address().port };
    const client = await connect({ ...to, options });
    const plain = net.connect(to.port, to.host);
    await once(plain, 'connect');
    setOption(plain, 'TCP_KEEPIDLE', 77);
    for (const socket of [client, plain]) socket.setKeepAlive(true, 30_000).setNoDelay(true);
    assert.equal(getOption(plain, 'TCP_KEEPIDLE'), 30);
    for (const [name, value] of Object.entries(options)) assert.equal(getOption(client, name), value);
    await closed(client, plain, server);
  },

  'presetOptions() reaches each socket Node makes for the place, plain and TLS': async () => {
    const before = descriptors();
    const connect = net.Socket.prototype.connect;
    const server = await listen(tls.createServer({ key, cert }), { ...loopback, options: { TCP_SAVE_SYN: 1 } });
    const { port } = server.address();
    const preset = presetOptions({ host: 'localhost', port, options: { IP_TOS: 0x10, TCP_KEEPIDLE: 77 } });
    const lookup = (_host, { all }, callback) =>
      all
        ? callback(null, [
            { address: '127.0.0.9', family: 4 },
            { address: '127.0.0.1', family: 4 },
          ])
        : callback(null, '127.0.0.1', 4);
    const makers = [
      () => net.connect({ host: 'localhost', port, lookup, autoSelectFamily: false }),
      () => net.connect({ host: 'localhost', port, lookup, autoSelectFamily: true }),
      () => tls.connect({ host: 'localhost', port, lookup, ca: cert, autoSelectFamily: true }),
    ];
    for (const make of makers) {
      const accepted = new Promise((resolve) => net.Server.prototype.once.call(server, 'connection', resolve));
      const client = make();
      await once(client, 'connect');
      const peer = await accepted;
      assert.equal(getOption(peer, 'TCP_SAVED_SYN')[1], 0x10);
      client.setKeepAlive(true, 30_000);
      assert.equal(getOption(client, 'TCP_KEEPIDLE'), 77);
      await closed(client, peer);
    }
    assert.equal(preset.sockets, 5);
    preset.end();
    assert.equal(net.Socket.prototype.connect, connect);
    await closed(server);
    assert.equal(descriptors(), before);
  },

  'bindDatagram() binds with the options and no others': async () => {
    const socket = await bindDatagram(dgram.createSocket('udp4'), { ...loopback, options: { SO_RCVBUF: 20_000 } });
    assert.equal(getOption(socket, 'SO_RCVBUF'), 40_000);
    assert.equal(getOption(socket, 'SO_REUSEADDR'), false);
    const sender = dgram.createSocket({ type: 'udp4', reuseAddr: true });
    assert.equal(getOption(await bindDatagram(sender, loopback), 'SO_REUSEADDR'), true);
    const message = once(socket, 'message');
    sender.send('hello', socket.address().port, '127.0.0.1');
    assert.equal(String((await message)[0]), 'hello');
    await closed(sender, socket);
  },

  'each event of a socket of connect() comes once': async () => {
    const server = await listen(
      net.createServer((socket) => socket.end('x')),
      loopback,
    );
    const client = await connect({ host: '127.0.0.1', port: server.address().port });
    const seen = [];
    for (const event of ['connect', 'ready', 'end', 'close', 'error']) client.on(event, () => seen.push(event));
    client.resume();
    await once(client, 'close');
    assert.deepEqual(seen, ['end', 'close']);
    await closed(server);
  },

  'connect() passes allowHalfOpen on': async () => {
    const server = await listen(
      net.createServer((socket) => socket.end()),
      loopback,
    );
    const to = { host: '127.0.0.1', port: server.address().port };
    for (const allowHalfOpen of [false, true]) {
      const client = await connect({ ...to, allowHalfOpen });
      assert.equal(client.allowHalfOpen, allowHalfOpen);
      client.resume();
      await once(client, 'end');
      assert.equal(client.writable && !client.writableEnded, allowHalfOpen);
      client.destroy();
    }
    await closed(server);
  },

  'an http.Agent works with connector(), and its keep-alive leaves the options alone': async () => {
    const server = await listen(
      http.createServer((_request, response) => response.end('served')),
      loopback,
    );
    const options = { TCP_USER_TIMEOUT: 12_345, SO_KEEPALIVE: true, TCP_KEEPIDLE: 77, TCP_NODELAY: false };
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    agent.createConnection = connector({ options });
    const sockets = new Set();
    for (let round = 0; round < 3; round++) {
      const request = http.get({ host: 'localhost', port: server.address().port, family: 4, agent });
      const [response] = await once(request, 'response');
      const { socket } = request;
      sockets.add(socket);
      response.resume();
      await once(agent, 'free');
      assert.deepEqual(
        Object.fromEntries(Object.keys(options).map((name) => [name, getOption(socket, name)])),
        options,
      );
    }
    assert.equal(sockets.size, 1);
    agent.destroy();
    await closed(server);
  },

  'without such options connector() does what an http.Agent asks of the socket': async () => {
    const server = await listen(
      http.createServer((_request, response) => response.end()),
      loopback,
    );
    const agent = new http.Agent({ keepAlive: true, keepAliveMsecs: 42_000, timeout: 60_000 });
    agent.createConnection = connector();
    const request = http.get({ host: '127.0.0.1', port: server.address().port, agent });
    const [response] = await once(request, 'response');
    assert.equal(getOption(request.socket, 'SO_KEEPALIVE'), true);
    assert.equal(getOption(request.socket, 'TCP_KEEPIDLE'), 42);
    assert.equal(getOption(request.socket, 'TCP_NODELAY'), true);
    assert.equal(request.socket.timeout, 60_000);
    response.resume();
    await once(response, 'end');
    agent.destroy();
    await closed(server);
  },

  'an https.Agent works with connector(), verifies, and keeps its sessions and the options': async () => {
    const server = await listen(
      https.createServer({ key, cert }, (request, response) => {
        response.end(request.socket.isSessionReused() ? 'resumed' : 'full');
      }),
      loopback,
    );
    const agent = new https.Agent({ keepAlive: true, ca: cert, maxVersion: 'TLSv1.2' });
    agent.createConnection = connector({ options: { SO_KEEPALIVE: true, TCP_KEEPIDLE: 88 } });
    const to = { host: 'localhost', port: server.address().port, family: 4, agent };
    const request = https.get(to);
    const [response] = await once(request, 'response');
    assert.equal(request.socket.authorized, true);
    response.resume();
    await once(agent, 'free');
    assert.equal(getOption(request.socket, 'TCP_KEEPIDLE'), 88);
    request.socket.destroy();
    await once(request.socket, 'close');
    assert.equal(await getText(https.get, to), 'resumed');
    const stranger = new https.Agent();
    stranger.createConnection = connector();
    await assert.rejects(getText(https.get, { ...to, agent: stranger }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    agent.destroy();
    stranger.destroy();
    await closed(server);
  },

  'a request without an agent works with connector(), plain and TLS': async () => {
    const plain = await listen(
      http.createServer((request, response) => response.end(request.url)),
      loopback,
    );
    const secure = await listen(
      https.createServer({ key, cert }, (request, response) => response.end(request.url)),
      loopback,
    );
    const createConnection = connector({ tls: { ca: cert } });
    const to = { host: 'localhost', family: 4, path: '/there', createConnection };
    assert.equal(await getText(http.get, { ...to, port: plain.address().port }), '/there');
    assert.equal(await getText(https.get, { ...to, port: secure.address().port }), '/there');
    await closed(plain, secure);
  },

  'a failed connection of connector() is the error of the request': async () => {
    const before = descriptors();
    const agent = new http.Agent();
    agent.createConnection = connector();
    const reserved = reservePort(loopback);
    const failed = getText(http.get, { host: '127.0.0.1', port: reserved.port, agent });
    await assert.rejects(failed, {
      name: 'SystemCallError',
      code: 'ECONNREFUSED',
      syscall: 'connect',
      port: reserved.port,
    });
    reserved.release();
    assert.equal(descriptors(), before);
  },

  'connector() serves socketPath': async () => {
    const path = `\0sockwise-http-${process.pid}`;
    const server = await listen(
      http.createServer((request, response) => response.end(request.url)),
      { path },
    );
    const agent = new http.Agent();
    agent.createConnection = connector();
    assert.equal(await getText(http.get, { socketPath: path, path: '/unix', agent }), '/unix');
    agent.destroy();
    await closed(server);
  },

  'tls.connect() takes a socket of connect()': async () => {
    const server = await listen(
      tls.createServer({ key, cert }, (socket) => socket.end('secret')),
      loopback,
    );
    const socket = await connect({ host: '127.0.0.1', port: server.address().port });
    const secure = tls.connect({ socket, ca: cert, servername: 'localhost' });
    let text = '';
    for await (const part of secure.setEncoding('utf8')) text += part;
    assert.equal(text, 'secret');
    await closed(server);
  },

  'http2.connect() takes a socket of connect()': async () => {
    const server = await listen(
      http2.createServer((_request, response) => response.end('two')),
      loopback,
    );
    const socket = await connect({ host: '127.0.0.1', port: server.address().port });
    const client = http2.connect('http://localhost', { createConnection: () => socket });
    let text = '';
    for await (const part of client.request({ ':path': '/' }).setEncoding('utf8')) text += part;
    assert.equal(text, 'two');
    await closed(client, server);
  },

  'listSockets sees the listener of listen() as what it is': async () => {
    const server = await listen(net.createServer(), loopback);
    const { address, port } = server.address();
    // Another address may have a TIME_WAIT on the same port: bind(2) chooses a port for one address.
    const rows = listSockets({ localAddress: address, localPort: port });
    assert.deepEqual(
      rows.map(({ state }) => state),
      ['LISTEN'],
    );
    await closed(server);
  },

  'the descriptor of a Socket is its own': async () => {
    const socket = Socket.open();
    assert.equal(fdOf(socket), socket.fd);
    socket.close();
    assert.throws(() => fdOf(socket), { code: 'ERR_SOCKET_CLOSED' });
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = {};
  for (const [title, check] of Object.entries(facts)) {
    const late = new Promise((_resolve, reject) =>
      setTimeout(() => reject(new Error('not done after 10 s')), 10_000).unref(),
    );
    try {
      await Promise.race([check(), late]);
      results[title] = 'ok';
    } catch (error) {
      results[title] = error.stack;
    }
  }
  process.stdout.write(JSON.stringify(results), () => process.exit());
}
