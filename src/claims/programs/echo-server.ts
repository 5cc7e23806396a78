// The echo server of the articles: socket, bind, listen, then every connection gets back what it sends.
// Arguments: address, port, the options to set before bind as JSON, and `handler` to shut down and close the listener at
// SIGINT. Otherwise it ends by the default action of a signal.
import { type OptionValues, Socket } from '../../index.js';
import { hear } from './input.js';
import { report, reporting } from './report.js';

const [address = '0.0.0.0', port = '0', options = '{}', atInterrupt = ''] = process.argv.slice(2);

report('start', 'ok');

const listener = Socket.open({ options: JSON.parse(options) as OptionValues });

const bind = () => listener.bind({ address, port: Number(port) });
const details = () => ({ address: listener.getsockname() });
if (reporting('bind', bind, details, [address, Number(port)]) === undefined) process.exit(1);
if (reporting('listen', () => listener.listen({ backlog: 5 }), details, [5]) === undefined) process.exit(1);

if (atInterrupt === 'handler') {
  process.on('SIGINT', () => {
    reporting('shutdown', () => listener.shutdown('both'));
    reporting('close', () => listener.close());
    process.exit(0);
  });
}

async function echo(connection: Socket): Promise<void> {
  try {
    for (;;) {
      const data = await connection.recv();
      if (data.length === 0) break;
      await connection.send(data);
    }
  } finally {
    connection.close();
  }
}

async function serve(): Promise<void> {
  for (;;) {
    const connection = await listener.accept();
    report('accept', 'ok', { address: connection.getpeername() });
    void echo(connection).catch((error: unknown) => report('echo', String(error)));
  }
}

void serve();
void hear();
