// Holds the connection it inherits as descriptor 3, and makes the calls it is told on its standard input: a line is a JSON
// array of the call's name. With the argument `SIGPIPE` that signal has its default action again, as in any program but Node.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { report, reporting } from './report.js';

const connection = 3;

if (process.argv.includes('SIGPIPE')) {
  // Node ignores the signal; libuv gives it back its default action when the last listener goes (uv__signal_unregister_handler()).
  const listener = () => {};
  process.on('SIGPIPE', listener).off('SIGPIPE', listener);
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const [call] = JSON.parse(line) as [string];
  // write(2) knows no MSG_NOSIGNAL.
  if (call === 'write') reporting(call, () => writeSync(connection, 'x'));
  if (call === 'exit') process.exit(0);
});
report('start', 'ok');
