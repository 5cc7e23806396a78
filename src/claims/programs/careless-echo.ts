// The echo server of article 000: one client after the other, 1,050 bytes for whatever it has read, and what it has accepted is
// never closed. Arguments: address and port. It ends by the default action of a signal.
import { Socket } from '../../index.js';
import { hear } from './input.js';
import { report, reporting } from './report.js';

const [address = '0.0.0.0', port = '0'] = process.argv.slice(2);
const answerBytes = 1050;

report('start', 'ok');

const listener = Socket.open();
const bind = () => listener.bind({ address, port: Number(port) });
const details = () => ({ address: listener.getsockname() });
if (reporting('bind', bind, details, [address, Number(port)]) === undefined) process.exit(1);
if (reporting('listen', () => listener.listen({ backlog: 5 }), details, [5]) === undefined) process.exit(1);

/** As C does that has no destructors. */
const neverClosed: Socket[] = [];

async function serve(): Promise<void> {
  for (;;) {
    const connection = await listener.accept();
    neverClosed.push(connection);
    report('accept', 'ok', { address: connection.getpeername() });
    for (;;) {
      const data = await connection.recv({ size: 1023 });
      if (data.length === 0) break;
      await connection.send(Buffer.concat([Buffer.from('Server: '), data], answerBytes));
    }
    report('read', '0');
  }
}

void serve();
void hear();
