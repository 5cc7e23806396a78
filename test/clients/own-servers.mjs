// The servers that no package of Debian has to be installed for: `node own-servers.mjs ADDRESS KEY CERTIFICATE`. Tells its parent their ports.
import grpc from '@grpc/grpc-js';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { createInterface } from 'node:readline';
import tls from 'node:tls';
import { WebSocketServer } from 'ws';

const [, , address, ...files] = process.argv;

/** As much of RFC 5321 as a client needs that sends mail. */
function smtp(peer) {
  peer.on('error', () => {});
  peer.write('220 test\r\n');
  let inData = false;
  createInterface({ input: peer }).on('line', (line) => {
    if (inData) {
      if (line !== '.') return;
      inData = false;
      peer.write('250 queued\r\n');
    } else if (line === 'DATA') {
      inData = true;
      peer.write('354 go on\r\n');
    } else if (line === 'QUIT') {
      peer.end('221 bye\r\n');
    } else {
      peer.write('250 ok\r\n');
    }
  });
}

const web = http.createServer((_request, response) => response.end('served'));
const echo = http.createServer();
new WebSocketServer({ server: echo }).on('connection', (client) =>
  client.on('error', () => {}).on('message', (data) => client.send(data)),
);
const [key, cert] = files.map((file) => readFileSync(file));
const servers = {
  http: web,
  http2s: http2.createSecureServer({ key, cert }, (_request, response) => response.end('served')),
  http2: http2.createServer((_request, response) => response.end('served')),
  ws: echo,
  smtp: net.createServer(smtp),
  smtps: tls.createServer({ key, cert }, smtp),
};
const ports = {};
for (const [name, server] of Object.entries(servers)) {
  server.listen(0, address);
  await once(server, 'listening');
  ports[name] = server.address().port;
}

const same = (bytes) => bytes;
const method = {
  path: '/sockwise.Echo/Say',
  requestStream: false,
  responseStream: false,
  requestSerialize: same,
  requestDeserialize: same,
  responseSerialize: same,
  responseDeserialize: same,
};
const rpc = new grpc.Server();
rpc.addService({ say: method }, { say: ({ request }, done) => done(null, request) });
ports.grpc = await new Promise((resolve, reject) =>
  rpc.bindAsync(`${address}:0`, grpc.ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  ),
);
process.once('disconnect', () => process.exit());
process.send(ports);
