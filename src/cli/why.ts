import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type BindRequest, ifNameToIndex, type Rule, rules, type UnixRequest, UsageError } from '../index.js';
// Without `attach`, which loads what takes Node's own handles.
import { explain } from '../explain/explain.js';
import { explanationWords } from '../explain/say.js';
import { causesText, explanationText } from '../explain/text.js';
import type { ExplanationWords } from '../explain/words.js';
import { exitCodes } from './exit.js';
import { type LanguageFlag, languageOption } from './language.js';
import { toJson } from './json.js';
import { nearest } from '../nearest.js';
import { targetArgument } from './target.js';

interface WhyFlags extends LanguageFlag {
  readonly udp?: boolean;
  readonly reuseaddr?: boolean;
  readonly reuseport?: boolean;
  readonly v6only?: boolean;
  readonly freebind?: boolean;
  readonly listen?: boolean;
  readonly connect?: string;
  readonly user?: number;
  readonly trials: boolean;
  readonly json?: boolean;
}

// As root trials take some milliseconds; without it a process is started for them, which takes long on a busy machine.
const patienceMs = 5000;

const errors = [...new Set(Object.values(rules).map(({ outcome }) => outcome))].filter((code) => code !== 'ok');

/** The rules that end in an error, most telling first: in their order. */
function rulesOf(code: string): (Rule & { readonly id: string })[] {
  return Object.entries(rules)
    .filter(([, { outcome }]) => outcome === code)
    .map(([id, rule]) => ({ id, ...rule }));
}

function explainCode(code: string, json: boolean, words: ExplanationWords): void {
  const found = rulesOf(code);
  if (found.length === 0) {
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      `unknown error ${JSON.stringify(code)}; did you mean ${nearest(code, errors)}?`,
    );
  }
  if (json) {
    console.log(toJson({ code, rules: found }));
    return;
  }
  console.log(causesText(code, found, words));
}

/** The wildcard that covers both families, as Node's servers listen on. */
function everyAddress(): string {
  return existsSync('/proc/net/if_inet6') ? '::' : '0.0.0.0';
}

/** An interface that is not there is a mistake on the command line. */
function checkZone(address = ''): void {
  const zone = /%(.*)$/.exec(address)?.[1];
  if (zone === undefined || /^\d+$/.test(zone)) return;
  try {
    ifNameToIndex(zone);
  } catch (error) {
    const what = `${address}: there is no interface ${JSON.stringify(zone)}`;
    throw new UsageError('ERR_ADDRESS_INVALID', what, { cause: error });
  }
}

function requestOf(text: string, flags: WhyFlags): BindRequest {
  const { address, port } = targetArgument(text);
  checkZone(address);
  const { udp = false, reuseaddr, reuseport, v6only, freebind, connect, user } = flags;
  const to = connect === undefined ? undefined : targetArgument(connect);
  const destination = to && { address: to.address ?? '127.0.0.1', port: to.port };
  const local = address ?? (destination === undefined ? everyAddress() : undefined);
  return {
    protocol: udp ? 'udp' : 'tcp',
    ...(local !== undefined && { address: local }),
    ...((port !== 0 || destination === undefined) && { port }),
    options: {
      SO_REUSEADDR: reuseaddr,
      SO_REUSEPORT: reuseport,
      IPV6_V6ONLY: v6only,
      IP_FREEBIND: freebind,
    },
    listen: flags.listen ?? (!udp && destination === undefined),
    ...(destination !== undefined && { connect: destination }),
    ...(user !== undefined && { uid: user }),
  };
}

/** `unix:/run/app.sock`, a path with a slash, or `@name` for an abstract one. */
function unixRequestOf(target: string, { udp, connect, listen }: WhyFlags): UnixRequest | undefined {
  const named = target.startsWith('unix:');
  if (!named && !target.startsWith('@') && !target.includes('/')) return undefined;
  if (udp === true || listen === true || connect !== undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', '--udp, --listen and --connect are not for a unix socket');
  const path = named ? target.slice('unix:'.length) : target;
  return { protocol: 'unix', path: path.startsWith('@') ? `\0${path.slice(1)}` : path };
}

function uid(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('a number is expected.');
  return Number(text);
}

export function addWhyCommand(program: Command): void {
  program
    .command('why')
    .description('show who holds a port, why a bind fails, and what helps')
    .argument(
      '<target>',
      'a port, an address and port, a unix socket, or an error: 8080, 127.0.0.1:8080, /run/app.sock, EADDRINUSE',
    )
    .option('--udp', 'a UDP socket instead of a TCP one')
    .option('--reuseaddr', 'with SO_REUSEADDR')
    .option('--reuseport', 'with SO_REUSEPORT')
    .option('--v6only', 'with IPV6_V6ONLY')
    .option('--freebind', 'with IP_FREEBIND')
    .option('--listen', 'listen() follows (the default for TCP)')
    .option('--no-listen', 'bind() only')
    .addOption(new Option('--connect <address:port>', 'connect() follows, from this port').conflicts('listen'))
    .option('--user <uid>', 'asked by this user', uid)
    .option('--no-trials', 'do not try the cures in private namespaces')
    .option('--json', 'print the explanation as JSON')
    .addOption(languageOption())
    .addHelpText('after', '\nExits with 0 if the port is free, and with 1 if it is held.')
    .action(async (target: string, flags: WhyFlags) => {
      const words = await explanationWords(flags.lang);
      if (/^e[a-z0-9]+$/i.test(target)) {
        explainCode(target, flags.json === true, words);
        return;
      }
      const options = { trials: flags.trials, timeoutMs: patienceMs };
      const unix = unixRequestOf(target, flags);
      const explanation = unix === undefined ? explain(requestOf(target, flags), options) : explain(unix, options);
      console.log(flags.json === true ? toJson(explanation) : explanationText(explanation, words));
      process.exitCode = explanation.free === true ? exitCodes.ok : exitCodes.failed;
    });
}
