import { placeOf } from '../../explain/place.js';
import { catalog, type OptionName, type OptionValues, UsageError } from '../../index.js';
import { nearest } from '../../nearest.js';

const protocols = ['tcp', 'udp', 'tcp6', 'udp6'] as const;
export type ScenarioProtocol = (typeof protocols)[number];

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
  readonly name: string;
  /** Absent where the part goes on with a socket of an earlier one. */
  readonly protocol?: ScenarioProtocol;
  /** Who opens the socket and makes its calls: `as` before the protocol. Default: who runs. */
  readonly user?: string;
  readonly steps: readonly ScenarioStep[];
}

/** Sockets, and what is done with them in order. */
export type Scenario = readonly ScenarioPart[];

const verbs = ['bind', 'connect', 'listen', 'close', 'as'] as const;
const words: readonly string[] = [...protocols, ...verbs, ...Object.keys(stateWords)];

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
  return protocol.endsWith('6');
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
  placeOf(address, word.where);
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
      if (text !== undefined && /^-?\d{1,10}$/.test(text)) return Number(text);
      throw wrong(word, `${name} takes a number, as ${name}=1`);
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

function isOption(name: string): name is OptionName {
  return Object.hasOwn(catalog, name);
}

function option(word: Word): ScenarioStep {
  const equals = word.text.indexOf('=');
  const name = equals < 0 ? word.text : word.text.slice(0, equals);
  if (!isOption(name)) throw wrong(word, `unknown option; did you mean ${nearest(name, Object.keys(catalog))}?`);
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
    if (protocol.startsWith('udp')) throw wrong(word, 'UDP sockets have no such state');
    return { do: 'lead', to: text };
  }
  if (oneOf(protocols, text)) throw wrong(word, 'the protocol stands once, before all else');
  if (/^[A-Z]/.test(text)) return option(word);
  throw wrong(word, `unknown word; did you mean ${nearest(text, words)}?`);
}

function letter(index: number): string {
  return String.fromCodePoint(65 + (index % 26)) + (index < 26 ? '' : String(Math.floor(index / 26)));
}

function noProtocol(text: string): string {
  const known = oneOf(words, text) || /^[A-Z]/.test(text);
  return `expected a protocol first (${protocols.join(', ')})${known ? '' : `; did you mean ${nearest(text, words)}?`}`;
}

function part(text: string, argument: number, known: ReadonlyMap<string, ScenarioProtocol>): ScenarioPart {
  const reader = new Reader(text, argument);
  const first = reader.peek();
  if (first === undefined) throw new UsageError('ERR_ARGUMENT_INVALID', `argument ${argument}: no words`);
  let name = letter(known.size);
  if (first.text.endsWith(':') && !first.text.startsWith('[')) {
    if (!/^[A-Za-z][\w-]*:$/.test(first.text))
      throw wrong(first, 'expected a name of letters and digits before the colon');
    name = first.text.slice(0, -1);
    reader.take();
  }
  const steps: ScenarioStep[] = [];
  let protocol = known.get(name);
  const goesOn = protocol !== undefined;
  let user: string | undefined;
  for (let word = reader.take(); word !== undefined; word = reader.take()) {
    if (protocol !== undefined) steps.push(step(word, reader, protocol));
    else if (oneOf(protocols, word.text)) protocol = word.text;
    else if (word.text === 'as') user = reader.after(word, 'a user').text;
    else throw wrong(word, noProtocol(word.text));
  }
  if (protocol === undefined)
    throw new UsageError('ERR_ARGUMENT_INVALID', `argument ${argument}: expected a protocol (${protocols.join(', ')})`);
  return { name, ...(!goesOn && { protocol }), ...(user !== undefined && { user }), steps };
}

/**
 * Reads the arguments of `sockwise try`: each opens a socket, as `A: tcp bind 0.0.0.0:80 SO_REUSEADDR listen`, or goes on with
 * one of that name, as `A: listen`. Without a name it is A, B and so on.
 *
 * @throws {UsageError} `ERR_ARGUMENT_INVALID` - says which word of which argument, and what it may have meant.
 */
export function parseScenario(argv: readonly string[]): Scenario {
  if (argv.length === 0)
    throw new UsageError(
      'ERR_ARGUMENT_INVALID',
      "no sockets: give an argument for each, as 'tcp bind 127.0.0.1:8080 listen'",
    );
  const known = new Map<string, ScenarioProtocol>();
  return argv.map((text, index) => {
    const one = part(text, index + 1, known);
    if (one.protocol !== undefined) known.set(one.name, one.protocol);
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
