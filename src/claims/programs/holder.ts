// Holds the connection it inherits as descriptor 3, and makes the calls it is told on its standard input: a line is a JSON
// array of the call's name. With the argument `SIGPIPE` that signal has its default action again, as in any program but Node.
import { readSync, writeSync } from 'node:fs';
import { report, reporting } from './report.js';

const connection = 3;

if (process.argv.includes('SIGPIPE')) {
  // Node ignores the signal; libuv gives it back its default action when the last listener goes (uv__signal_unregister_handler()).
  const listener = () => {};
  process.on('SIGPIPE', listener).off('SIGPIPE', listener);
}

function obey(line: string): void {
  const [call] = JSON.parse(line) as [string];
  // write(2) knows no MSG_NOSIGNAL.
  if (call === 'write') reporting(call, () => writeSync(connection, 'x'));
  if (call === 'exit') process.exit(0);
}

report('start', 'ok');

// It does nothing else, so it may block in read(2), and needs no stream of Node for that. Its lines are short, and come whole.
const input = Buffer.alloc(4096);
for (let length = readSync(0, input); length > 0; length = readSync(0, input))
  for (const line of input.toString('utf8', 0, length).trimEnd().split('\n')) obey(line);
