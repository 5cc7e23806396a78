// The same options on the connections of several clients, each in the way it takes a socket. The server keeps the SYN of each
// connection (TCP_SAVE_SYN), and so shows that IP_TOS was there before connect(2). More clients: docs/recipes.md.
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { Agent, fetch } from 'undici';
import { connect, connector, createConnection, getOption, listen, presetOptions } from 'sockwise';

const options = { IP_TOS: 0x10, TCP_USER_TIMEOUT: 10_000, SO_KEEPALIVE: true, TCP_KEEPIDLE: 5 };
const saving = { address: '127.0.0.1', options: { TCP_SAVE_SYN: 1 } };
let tos;
const seen = (peer) => (tos = getOption(peer, 'TCP_SAVED_SYN')[1]);

const web = http.createServer((_request, response) => response.end('served')).on('connection', seen);
const web2 = http2.createServer((_request, response) => response.end('served')).on('connection', seen);
const echo = net.createServer((peer) => peer.pipe(peer)).on('connection', seen);
await Promise.all([web, web2, echo].map((server) => listen(server, saving)));
const at = (server) => ({ host: '127.0.0.1', port: server.address().port });

/** Sends over `socket` and waits for the answer. */
async function echoed(socket) {
  socket.write('echoed');
  const [data] = await once(socket, 'data');
  socket.destroy();
  return String(data);
}

const clients = {
  'connect()': async () => echoed(await connect({ ...at(echo), options })),
  'createConnection()': () => echoed(createConnection({ ...at(echo), options })),
  // As pg does: the driver is given a socket and connects it.
  'createConnection().connect()': () => echoed(createConnection({ options }).connect(echo.address().port, '127.0.0.1')),
  'http.Agent': async () => {
    const agent = new http.Agent();
    agent.createConnection = connector({ options });
    const [response] = await once(http.get({ ...at(web), agent }), 'response');
    return text(response);
  },
  'fetch of undici': async () => {
    const dispatcher = new Agent({ connect: connector({ options }) });
    const answer = await (await fetch(`http://127.0.0.1:${web.address().port}`, { dispatcher })).text();
    await dispatcher.close();
    return answer;
  },
  http2: async () => {
    const createSocket = () => createConnection({ ...at(web2), options });
    const session = http2.connect('http://127.0.0.1', { createConnection: createSocket });
    const answer = await text(session.request());
    session.destroy();
    return answer;
  },
  // A client that takes no socket: whatever connects to the place while there is a preset.
  'presetOptions()': async () => {
    const preset = presetOptions({ ...at(echo), options });
    const answer = await echoed(net.connect(at(echo)));
    preset.end();
    return answer;
  },
  'net.connect() afterwards': () => echoed(net.connect(at(echo))),
};

for (const [name, ask] of Object.entries(clients)) console.log(`${name}: ${await ask()}, IP_TOS ${tos} in its SYN`);
for (const server of [web, web2, echo]) server.close();
