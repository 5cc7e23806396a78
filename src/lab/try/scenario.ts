import { placeOf } from '../../explain/place.js';
import { catalog, type OptionName, type OptionSpec, type OptionValues, UsageError } from '../../index.js';
import { nearest } from '../../nearest.js';

/** The words for a socket, with what is opened. */
export const socketWords = {
  tcp: { protocol: 'tcp', family: 'IPv4', type: 'stream' },
  udp: { protocol: 'udp', family: 'IPv4', type: 'dgram' },
  tcp6: { protocol: 'tcp', family: 'IPv6', type: 'stream' },
  udp6: { protocol: 'udp', family: 'IPv6', type: 'dgram' },
} as const;
/** The first word of a socket in a scenario. */
export type ScenarioProtocol = keyof typeof socketWords;
const protocols = Object.keys(socketWords) as readonly ScenarioProtocol[];

/** States a TCP socket can be led to, by the word for it. */
export const stateWords = {
  established: 'ESTABLISHED',
  'syn-sent': 'SYN_SENT',
  'fin-wait1': 'FIN_WAIT1',
  'fin-wait2': 'FIN_WAIT2',
  closing: 'CLOSING',
  'time-wait': 'TIME_WAIT',
  'close-wait': 'CLOSE_WAIT',
  'last-ack': 'LAST_ACK',
} as const;
/** A word for a state of TCP. */
export type StateWord = keyof typeof stateWords;

type OptionInput = boolean | number | string | { readonly on: boolean; readonly seconds: number };

/** One thing done with a socket. */
export type ScenarioStep =
  | { readonly do: 'bind' | 'connect'; readonly address: string; readonly port: number }
  | { readonly do: 'listen' }
  | { readonly do: 'close' }
  | { readonly do: 'option'; readonly name: OptionName; readonly value: OptionInput }
  | { readonly do: 'as'; readonly user: string }
  | { readonly do: 'lead'; readonly to: StateWord };

/** What one argument says: opens a socket, or goes on with one that is open. */
export interface ScenarioPart {
  /** Of the socket. */
  readonly name: string;
  /** Absent where the part goes on with a socket of an earlier one. */
  readonly protocol?: ScenarioProtocol;
  /** Who opens the socket and makes its calls: `as` before the protocol. Default: who runs. */
  readonly user?: string;
  /** What is done with it, in order. */
  readonly steps: readonly ScenarioStep[];
}

/** Sockets, and what is done with them in order. */
export type Scenario = readonly ScenarioPart[];

const verbs = ['bind', 'connect', 'listen', 'close', 'as'] as const;
const words: readonly string[] = [...protocols, ...verbs, ...Object.keys(stateWords)];
const wordsAndOptions: readonly string[] = [...words, ...Object.keys(catalog)];

/** A word with its place, for errors. */
interface Word {
  readonly text: string;
  readonly where: string;
}

function wrong({ text, where }: Word, what: string): UsageError {
  return new UsageError('ERR_ARGUMENT_INVALID', `${where}, ${JSON.stringify(text)}: ${what}`);
}

function oneOf<Known extends string>(known: readonly Known[], text: string): text is Known {
  return (known as readonly string[]).includes(text);
}

function isIPv6(protocol: ScenarioProtocol): boolean {
  return socketWords[protocol].family === 'IPv6';
}

function isAddress(text: string): boolean {
  try {
    placeOf(text);
    return true;
  } catch {
    return false;
  }
}

/** `127.0.0.1:80`, `[::1]:80`, or `*:80` for the wildcard. */
function endpoint(word: Word, protocol: ScenarioProtocol): { readonly address: string; readonly port: number } {
  const parts = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(word.text);
  if (parts === null)
    throw wrong(word, `expected ADDRESS:PORT, as ${isIPv6(protocol) ? '[::1]:8080' : '127.0.0.1:8080'} or *:8080`);
  const port = Number(parts[3]);
  if (port > 65_535) throw wrong(word, `expected a port from 0 to 65535, got ${parts[3]}`);
  const [, inBrackets, plain = ''] = parts;
  if (inBrackets === undefined && plain === '*') return { address: isIPv6(protocol) ? '::' : '0.0.0.0', port };
  const address = inBrackets ?? plain;
  if (!isAddress(address))
    throw wrong(word, `${JSON.stringify(address)} is not an IP address; for every address write *`);
  if (isIPv6(protocol) !== (inBrackets !== undefined)) {
    throw wrong(
      word,
      isIPv6(protocol)
        ? `a ${protocol} socket takes IPv6 addresses; for this one write [::ffff:${address}]:${port}`
        : `a ${protocol} socket takes IPv4 addresses; open it as ${protocol}6`,
    );
  }
  return { address, port };
}

const yes = ['1', 'true', 'on'];
const no = ['0', 'false', 'off'];

const int32 = [-(2 ** 31), 2 ** 31 - 1] as const;
const uint32 = [0, 2 ** 32 - 1] as const;

function numberValue(word: Word, name: OptionName, text = ''): number {
  if (!/^-?\d{1,15}$/.test(text)) throw wrong(word, `${name} takes a number, as ${name}=1`);
  const { kind, bounds = kind === 'int' ? int32 : uint32 }: OptionSpec = catalog[name];
  const [low, high] = bounds;
  const value = Number(text);
  if (value < low || value > high) throw wrong(word, `${name} takes a number from ${low} to ${high}, got ${text}`);
  return value;
}

function optionValue(word: Word, name: OptionName, text: string | undefined): OptionInput {
  const { kind } = catalog[name];
  switch (kind) {
    case 'bool':
      if (text === undefined || yes.includes(text)) return true;
      if (no.includes(text)) return false;
      throw wrong(word, `${name} is a switch: expected 1 or 0, got ${JSON.stringify(text)}`);
    case 'int':
    case 'uint':
    case 'netIndex':
      return numberValue(word, name, text);
    case 'text':
      if (text !== undefined && text !== '') return text;
      throw wrong(word, `${name} takes a name, as ${name}=lo`);
    case 'linger':
      if (text === 'off') return { on: false, seconds: 0 };
      if (text !== undefined && /^\d{1,5}$/.test(text)) return { on: true, seconds: Number(text) };
      throw wrong(word, `${name} takes seconds or off, as ${name}=0`);
    default:
      throw wrong(word, `the value of ${name} cannot be written here; use the library`);
  }
}

function unknown(text: string): string {
  if (/^\d+$|:\d+$/.test(text)) return 'an address and port stand after bind or connect, as bind *:8080';
  return `unknown word; did you mean ${nearest(text, wordsAndOptions)}?`;
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(catalog, name);
}

function option(word: Word): ScenarioStep {
  const equals = word.text.indexOf('=');
  const name = equals < 0 ? word.text : word.text.slice(0, equals);
  if (!isOption(name)) throw wrong(word, unknown(name));
  if (catalog[name].access === 'get') throw wrong(word, `${name} can only be read`);
  return { do: 'option', name, value: optionValue(word, name, equals < 0 ? undefined : word.text.slice(equals + 1)) };
}

/** Reads the words of one argument, each once. */
class Reader {
  readonly #words: readonly Word[];
  #next = 0;

  constructor(text: string, argument: number) {
    this.#words = text
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word, index) => ({ text: word, where: `argument ${argument}, word ${index + 1}` }));
  }

  peek(): Word | undefined {
    return this.#words[this.#next];
  }

  take(): Word | undefined {
    return this.#words[this.#next++];
  }

  /** The word after one that needs it. */
  after(word: Word, what: string): Word {
    const next = this.take();
    if (next === undefined) throw wrong(word, `expected ${what} after it`);
    return next;
  }
}

function step(word: Word, reader: Reader, protocol: ScenarioProtocol): ScenarioStep {
  const { text } = word;
  if (text === 'bind' || text === 'connect')
    return { do: text, ...endpoint(reader.after(word, 'ADDRESS:PORT'), protocol) };
  if (text === 'listen') return { do: 'listen' };
  if (text === 'close') return { do: 'close' };
  if (text === 'as') return { do: 'as', user: reader.after(word, 'a user').text };
  if (oneOf(Object.keys(stateWords) as StateWord[], text)) {
    if (socketWords[protocol].protocol === 'udp') throw wrong(word, 'UDP sockets have no such state');
    return { do: 'lead', to: text };
  }
  if (oneOf(protocols, text)) throw wrong(word, 'the protocol stands once, before all else');
  return option(word);
}

function letter(index: number): string {
  return String.fromCodePoint(65 + (index % 26)) + (index < 26 ? '' : String(Math.floor(index / 26)));
}

/** By how many sockets there are: A, B and so on, as long as nobody was called so. */
function nextName(known: Known): string {
  for (let index = known.size; ; index++) if (!known.has(letter(index))) return letter(index);
}

/** The sockets of the arguments before, and which opened them. */
type Known = ReadonlyMap<string, { readonly protocol: ScenarioProtocol; readonly argument: number }>;

function noProtocol(text: string, name: string | undefined, known: Known): string {
  const first = `expected a protocol first (${protocols.join(', ')})`;
  if (name !== undefined && words.includes(text))
    return `${first}, because no socket ${name} was opened before${known.size > 0 ? `; did you mean ${nearest(name, [...known.keys()])}?` : ''}`;
  const isKnown = words.includes(text) || isOption(text.replace(/=.*/, ''));
  return `${first}${isKnown ? '' : `; did you mean ${nearest(text, words)}?`}`;
}

/** `A:`, which names a socket; `undefined` where the first word is another. */
function nameIn(first: Word): string | undefined {
  const [, name, next] = /^([^:[]*):(.*)$/.exec(first.text) ?? [];
  if (name === undefined || next === undefined) return undefined;
  if (!/^[A-Za-z][\w-]*$/.test(name)) throw wrong(first, 'expected a name of letters and digits before the colon');
  if (next !== '') throw wrong(first, `expected a space after the colon: ${name}: ${next}`);
  return name;
}

function part(text: string, argument: number, known: Known): ScenarioPart {
  const reader = new Reader(text, argument);
  const first = reader.peek();
  if (first === undefined) throw new UsageError('ERR_ARGUMENT_INVALID', `argument ${argument}: no words`);
  const given = nameIn(first);
  if (given !== undefined) reader.take();
  const name = given ?? nextName(known);
  const opened = known.get(name);
  const steps: ScenarioStep[] = [];
  let protocol = opened?.protocol;
  let user: string | undefined;
  for (let word = reader.take(); word !== undefined; word = reader.take()) {
    if (opened !== undefined && oneOf(protocols, word.text))
      throw wrong(
        word,
        `argument ${opened.argument} has opened ${name} already; leave the protocol out, or choose another name`,
      );
    if (protocol !== undefined) steps.push(step(word, reader, protocol));
    else if (oneOf(protocols, word.text)) protocol = word.text;
    else if (word.text === 'as') user = reader.after(word, 'a user').text;
    else throw wrong(word, noProtocol(word.text, given, known));
  }
  if (protocol === undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', `argument ${argument}: expected a protocol (${protocols.join(', ')})`);
  return { name, ...(opened === undefined && { protocol }), ...(user !== undefined && { user }), steps };
}

/**
 * Reads the arguments of `sockwise try`: each opens a socket, as `A: tcp bind 0.0.0.0:80 SO_REUSEADDR listen`, or goes on with
 * one of that name, as `A: listen`. Without a name it opens one, called A, B and so on by its place.
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - says which word of which argument, and what it may have meant.
 */
export function parseScenario(argv: readonly string[]): Scenario {
  if (argv.length === 0)
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      "no sockets: give an argument for each, as 'tcp bind 127.0.0.1:8080 listen'",
    );
  const known = new Map<string, { readonly protocol: ScenarioProtocol; readonly argument: number }>();
  return argv.map((text, index) => {
    const argument = index + 1;
    const one = part(text, argument, known);
    if (one.protocol !== undefined) known.set(one.name, { protocol: one.protocol, argument });
    return one;
  });
}

/** A step in the words of the grammar. */
export function printStep(one: ScenarioStep): string {
  switch (one.do) {
    case 'bind':
    case 'connect':
      return `${one.do} ${one.address.includes(':') ? `[${one.address}]` : one.address}:${one.port}`;
    case 'option':
      return `${one.name}${printValue(one.value)}`;
    case 'as':
      return `as ${one.user}`;
    case 'lead':
      return one.to;
    default:
      return one.do;
  }
}

function printValue(value: OptionInput): string {
  if (value === true) return '';
  if (value === false) return '=0';
  if (typeof value === 'object') return value.on ? `=${value.seconds}` : '=off';
  return `=${value}`;
}

/** The words of one part: the protocol, then the steps; a user that opens the socket before it. */
function printPart({ name, protocol, user, steps }: ScenarioPart): string {
  const opening = [...(user === undefined ? [] : ['as', user]), ...(protocol === undefined ? [] : [protocol])];
  return [`${name}:`, ...opening, ...steps.map(printStep)].join(' ');
}

/** The arguments that `parseScenario` reads the scenario from. */
export function printScenario(scenario: Scenario): readonly string[] {
  return scenario.map(printPart);
}

/** As it is given to `setOption`. */
export function optionOf({ name, value }: Extract<ScenarioStep, { do: 'option' }>): OptionValues {
  return { [name]: value };
}
