import type { Command } from 'commander';
import { UsageError } from '../index.js';
import { parseScenario, tryHtml, tryScenario, trySvg, tryText } from '../lab/index.js';
import { exitCodes, printable } from './exit.js';
import { chooseMode } from './isolation.js';
import { chosenLanguage, type LanguageFlag, languageOption } from './language.js';
import { openForWriting, writeOutput } from './output-file.js';

interface TryFlags extends LanguageFlag {
  readonly json?: boolean;
  readonly svg?: string;
  readonly html?: string;
}

const help = `
An argument a socket, in order; one that starts with the name of an earlier socket goes on with it.
  tcp, udp, tcp6, udp6       the protocol, first
  bind ADDRESS:PORT          127.0.0.1:80, [::1]:80, *:80; the host has 192.168.0.1, 10.0.0.1, fd00::1 and loopback
  listen, close, connect ADDRESS:PORT
  NAME or NAME=VALUE         an option, where it stands: SO_REUSEADDR, IPV6_V6ONLY=0, SO_BINDTODEVICE=eth0
  as USER                    the calls after it are made by that user; before the protocol: the socket is opened by it
  established, fin-wait1, fin-wait2, closing, time-wait, close-wait, last-ack, syn-sent
                             the socket is led to that state, as an accepted connection

Examples:
  sockwise try 'A: tcp bind *:80 SO_REUSEADDR listen' 'B: tcp bind 127.0.0.1:80'
  sockwise try 'tcp SO_REUSEADDR bind *:80' 'tcp SO_REUSEADDR bind *:80 listen' 'A: listen'
  sockwise try 'tcp bind *:80 time-wait' 'tcp SO_REUSEADDR bind *:80'`;

export function addTryCommand(program: Command): void {
  program
    .command('try')
    .description('play sockets on this kernel in a private network: each call, its outcome, and the rule that decided')
    .argument('<sockets...>', "what is done with each socket, as 'tcp bind 127.0.0.1:80 listen'")
    .option('--svg <file>', 'draw the sockets side by side, with each call')
    .option('--html <file>', 'write a page with the picture, the calls and the rules')
    .option('--json', 'print JSON')
    .addOption(languageOption())
    .addHelpText('after', help)
    .action(async (sockets: readonly string[], { json, svg, html, ...language }: TryFlags) => {
      const { trying: words } = await chosenLanguage(language);
      const scenario = parseScenario(sockets);
      const { isolation, reason } = await chooseMode();
      if (isolation !== 'namespaces')
        throw new UsageError('ERR_NOT_SUPPORTED', `try: needs a network namespace of its own: ${reason ?? ''}`);
      const picture = svg === undefined ? undefined : openForWriting(svg, '--svg');
      const page = html === undefined ? undefined : openForWriting(html, '--html');
      const result = await tryScenario(scenario);
      if (!result.works) process.exitCode = exitCodes.failed;
      console.log(json === true ? JSON.stringify(result, undefined, 2) : printable(tryText(result, words)));
      if (picture !== undefined) writeOutput(picture, trySvg(result, words), '--svg');
      if (page !== undefined) writeOutput(page, tryHtml(result, words), '--html');
    });
}
