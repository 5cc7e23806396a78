import { type Command, InvalidArgumentError } from 'commander';
import { Supervisor, type SupervisorEvent } from '../service/index.js';
import { exitCodes, printable } from './exit.js';

interface RestartFlags {
  readonly health?: string;
  readonly ready: number;
  readonly drain: number;
  readonly json?: boolean;
}

const longestSeconds = 86_400;

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0.1 && value <= longestSeconds) return Math.round(value * 1000);
  throw new InvalidArgumentError(`expected 0.1 to ${longestSeconds} seconds.`);
}

function url(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('expected a URL of http or https.');
}

function endedText(event: Extract<SupervisorEvent, { event: 'ended' }>): string {
  const how = event.error ?? (event.signal === null ? `status ${event.code}` : event.signal);
  return `has ended (${how})${event.expected ? '' : ', unexpectedly'}`;
}

function said(event: SupervisorEvent): string {
  switch (event.event) {
    case 'started':
      return `start ${event.generation}: pid ${event.pid ?? 'none'}`;
    case 'listening':
      return `start ${event.generation}: listens on ${event.address}`;
    case 'ready':
      return `start ${event.generation}: ready`;
    case 'draining':
      return `start ${event.generation}: draining`;
    case 'ended':
      return `start ${event.generation}: ${endedText(event)}`;
    case 'killed':
      return `start ${event.generation}: killed: ${event.reason}`;
    case 'failed':
      return `start ${event.generation}: failed: ${event.reason}`;
    case 'rolled back':
      return `start ${event.serving} goes on`;
    case 'released':
      return `${event.place}: released, because the program does not listen there`;
    case 'stopped':
      return event.ok ? 'stopped' : 'stopped, because the program cannot be started';
  }
}

const help = `
The command keeps the listening sockets of the program, which needs no change: its servers listen as always, with listen(port).
  SIGHUP           starts the program again beside the one that runs, waits until it is ready, and drains the old one.
                   If the new one ends, or is not ready in time, the old one goes on.
  SIGTERM, SIGINT  drains and ends the program; the second time at once.
If the program dies it is started again, and connections wait in the queue meanwhile. After five starts in a row that fail
the command ends. Events go to standard error, since standard output is the program's.

The command exits with 0 after SIGTERM or SIGINT, and if the program ends by itself with 0; with 1 if the program cannot be started.`;

export function addRestartCommand(program: Command): void {
  program
    // For passThroughOptions(): options of the program are its own, without -- too.
    .enablePositionalOptions()
    .command('restart')
    .description('run a server that SIGHUP restarts without losing a connection')
    .argument('<command...>', 'the program and its arguments, after --')
    .option(
      '--health <url>',
      'ready when this URL of the program answers with 200 to 299; without it, when it listens',
      url,
    )
    .option('--ready <seconds>', 'how long a start may take until it is ready', seconds, 30_000)
    .option('--drain <seconds>', 'what is still open then is destroyed', seconds, 30_000)
    .option('--json', 'print each event as a line of JSON')
    .addHelpText('after', help)
    .passThroughOptions()
    .action(async (command: string[], { health, ready, drain, json }: RestartFlags) => {
      const supervisor = new Supervisor({ command, health, readyWithinMs: ready, drainWithinMs: drain }, (event) =>
        console.error(json ? JSON.stringify(event) : printable(`sockwise: ${said(event)}`)),
      );
      let isStopping = false;
      for (const signal of ['SIGTERM', 'SIGINT'] as const)
        process.on(signal, () => {
          if (isStopping) supervisor.kill();
          else supervisor.stop();
          isStopping = true;
        });
      process.on('SIGHUP', () => supervisor.restart());
      supervisor.start();
      process.exitCode = (await supervisor.ended) ? exitCodes.ok : exitCodes.failed;
    });
}
