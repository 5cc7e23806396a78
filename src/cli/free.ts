import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { holderLines } from '../explain/index.js';
import { explanationWords } from '../explain/say.js';
import type { ExplanationWords } from '../explain/words.js';
import { destroySocket, listSockets, NetlinkError, type SocketRow, UsageError } from '../index.js';
import { exitCodes } from './exit.js';
import { type FreeWords, freeWords } from './free-words.js';
import { toJson } from './json.js';
import { type LanguageFlag, languageOption } from './language.js';
import { portArgument, stateArgument } from './target.js';

interface FreeFlags extends LanguageFlag {
  readonly also?: string[];
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What no process holds any more and only waits. */
function isLeftOver({ state, inode }: SocketRow): boolean {
  return state === 'TIME_WAIT' || (state === 'FIN_WAIT2' && inode === 0);
}

const endable = [
  'ESTABLISHED',
  'CLOSE_WAIT',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'LAST_ACK',
  'CLOSING',
  'SYN_SENT',
  'SYN_RECV',
  'LISTEN',
] as const;

async function agrees(question: string, yes: RegExp): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      'nobody can be asked, because standard input is no terminal: add --yes',
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return yes.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

interface Outcome {
  readonly removed: readonly SocketRow[];
  readonly left: readonly SocketRow[];
}

const onPort = (port: number): SocketRow[] => listSockets({ localPort: port, owners: true });

/** Each by its cookie: the socket that was shown, or none. */
function remove(chosen: readonly SocketRow[], port: number): Outcome {
  return { removed: chosen.filter((row) => destroySocket(row) > 0), left: onPort(port) };
}

interface Words {
  readonly words: FreeWords;
  /** Of sockets. */
  readonly holding: ExplanationWords;
}

function text({ removed, left }: Outcome, { words, holding }: Words): string {
  const lines = left.length === 0 ? [] : [words.leftOnPort, ...holderLines(left, holding).map((line) => `  ${line}`)];
  return [words.removed(removed.length), ...lines].join('\n');
}

export function addFreeCommand(program: Command): void {
  program
    .command('free')
    .description('remove what dead connections have left on a TCP port: TIME_WAIT, and FIN_WAIT2 without a process')
    .argument('<port>', 'a local port', portArgument)
    .option('--also <state...>', 'sockets in these states too; a connection is reset, and a listener stops listening')
    .option('--yes', 'do not ask')
    .option('--json', 'print what was removed and what is left as JSON')
    .addOption(languageOption())
    .addHelpText('after', '\nNeeds CAP_NET_ADMIN. Exits with 1 if something is left on the port.')
    .action(async (port: number, { also = [], yes = false, json = false, lang = 'en' }: FreeFlags) => {
      const said = { words: freeWords(lang), holding: await explanationWords(lang) };
      const states: readonly string[] = also.map((state) => stateArgument(state, endable));
      const held = onPort(port);
      const chosen = held.filter((socket) => isLeftOver(socket) || states.includes(socket.state));
      if (!json && chosen.length > 0) console.log(holderLines(chosen, said.holding).join('\n'));
      if (chosen.length > 0 && !yes && !(await agrees(said.words.remove(chosen.length), said.words.agreed))) {
        process.exitCode = exitCodes.failed;
        return;
      }
      try {
        const outcome = remove(chosen, port);
        console.log(json ? toJson(outcome) : text(outcome, said));
        process.exitCode = outcome.left.length > 0 ? exitCodes.failed : exitCodes.ok;
      } catch (error) {
        if (!(error instanceof NetlinkError && error.code === 'EPERM')) throw error;
        console.error(`sockwise: ${said.words.needsAdmin}`);
        process.exitCode = exitCodes.failed;
      }
    });
}
