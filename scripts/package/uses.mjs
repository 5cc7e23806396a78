// Programs of a consumer. Each makes a connection with the package, prints "true" and ends.

const exchange = `
  const listener = sockwise.Socket.open().bind({ address: '127.0.0.1' }).listen();
  const client = sockwise.Socket.open();
  client.setOption('TCP_NODELAY', true);
  await client.connect(listener.getsockname());
  const answer = sockwise.getOption(client, 'TCP_NODELAY');
  client.close();
  listener.close();
  return answer;`;

export const esm = `import * as sockwise from 'sockwise';
export async function exchange() {${exchange}
}`;
export const cjs = `const sockwise = require('sockwise');
exports.exchange = async function () {${exchange}
};`;
/** For what is compiled to either. */
export const typed = `import * as sockwise from 'sockwise';
export async function exchange(): Promise<boolean> {${exchange}
}`;

/** A module in `language`, and the same as a program. */
export const program = (text) => `${text}\n${text.includes('exports.') ? 'exports.' : ''}exchange().then(console.log);`;

export const lab = {
  import: `import { runCases } from 'sockwise/lab'; console.log(typeof runCases === 'function');`,
  require: `console.log(typeof require('sockwise/lab').runCases === 'function');`,
};

/** Runs what is beside it twice at once in threads, one of which is ended while it has a socket open. */
export const threads = `
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
if (isMainThread) {
  const results = [1, 2].map(() => new Promise((resolve, reject) => {
    const worker = new Worker(__filename);
    worker.on('error', reject).on('message', (answer) => worker.terminate().then(() => resolve(answer)));
  }));
  Promise.all(results).then(([one, two]) => console.log(one && two));
} else {
  const sockwise = require('sockwise');
  const open = sockwise.Socket.open().bind({ address: '127.0.0.1' }).listen();
  require('./check.cjs').exchange().then((answer) => parentPort.postMessage(answer && open.getsockname().port > 0));
}`;

/** Two workers of a cluster, each with an option set on a listener that the primary shares out. */
export const cluster = `
const cluster = require('node:cluster');
const net = require('node:net');
if (cluster.isPrimary) {
  const answers = [];
  for (let index = 0; index < 2; index++)
    cluster.fork().on('message', (answer) => {
      answers.push(answer);
      if (answers.length < 2) return;
      console.log(answers.every(Boolean));
      cluster.disconnect();
    });
} else {
  require('./check.cjs').exchange().then((answer) => process.send(answer));
}`;

/** A server of fastify one of whose connections has an option set and is asked for it. */
export const fastify = `
const sockwise = require('sockwise');
const app = require('fastify')();
app.get('/', (request) => {
  sockwise.setOption(request.raw.socket, 'TCP_USER_TIMEOUT', 5000);
  return { timeout: sockwise.getOption(request.raw.socket, 'TCP_USER_TIMEOUT') };
});
app.listen({ port: 0, host: '127.0.0.1' }).then(async (address) => {
  console.log((await (await fetch(address)).json()).timeout === 5000);
  await app.close();
});`;
