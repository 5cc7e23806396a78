// Writes what follows from tables: of the option catalogue the list of constants for C++, the page docs/options.md and the number of
// options in README.md; of the rules of the kernel docs/rules.md.
// `--check` writes nothing and fails if a file is not what it would write. Needs `npm run build:ts` before.
import { readFileSync, writeFileSync } from 'node:fs';
import { rules, unpredictables } from '../dist/explain/rules.js';
import { catalog } from '../dist/options/catalog.js';

const root = new URL('../', import.meta.url);
const options = Object.entries(catalog);

/** asm-generic numbers of SOL_SOCKET hold for these; the others (alpha, mips, parisc, sparc) must have headers. */
const genericArchitectures = ['__x86_64__', '__i386__', '__aarch64__', '__arm__', '__riscv']
  .map((name) => `defined(${name})`)
  .join(' || ');

/** Structures that the codec lays out as Linux does: Apple packs them, puts a length before the family, or numbers families otherwise. */
const linuxStructures = ['groupReq', 'groupSourceReq', 'sockaddr'];

function constantLines([name, { level, kind, number, apple }]) {
  const fallback = level === 'SOL_SOCKET' ? `defined(__linux__) && (${genericArchitectures})` : 'defined(__linux__)';
  return [
    linuxStructures.includes(kind) ? `#if defined(${name}) && defined(__linux__)` : `#if defined(${name})`,
    `CONSTANT("${name}", ${name})`,
    ...(level === 'SOL_SOCKET'
      ? []
      : ['#if defined(__linux__)', `static_assert(${name} == ${number}, "${name}");`, '#endif']),
    ...(apple === undefined ? [] : [`#elif defined(__APPLE__) && defined(${apple})`, `CONSTANT("${name}", ${apple})`]),
    `#elif ${fallback}`,
    `CONSTANT("${name}", ${number})`,
    '#else',
    `MISSING("${name}")`,
    '#endif',
  ];
}

const constants = [
  '// Written by scripts/generate.mjs from src/options/catalog.ts. A header older than the kernel lacks names, and their numbers',
  '// are then taken from the catalogue; where it has them the compiler compares.',
  ...options.flatMap(constantLines),
  '',
].join('\n');

const levels = {
  SOL_SOCKET: { title: 'Any socket', page: 'man7/socket.7' },
  IPPROTO_TCP: { title: 'TCP', page: 'man7/tcp.7' },
  IPPROTO_IP: { title: 'IPv4', page: 'man7/ip.7' },
  IPPROTO_IPV6: { title: 'IPv6', page: 'man7/ipv6.7' },
  IPPROTO_UDP: { title: 'UDP', page: 'man7/udp.7' },
  IPPROTO_UDPLITE: { title: 'UDP-Lite', page: 'man7/udplite.7' },
  SOL_RAW: { title: 'ICMP', page: 'man7/raw.7' },
  IPPROTO_ICMPV6: { title: 'ICMPv6' },
  SOL_PACKET: { title: 'Packet sockets', page: 'man7/packet.7' },
  SOL_NETLINK: { title: 'Netlink', page: 'man7/netlink.7' },
  SOL_MPTCP: { title: 'Multipath TCP' },
  AF_VSOCK: { title: 'Virtual machine sockets', page: 'man7/vsock.7' },
};

const values = {
  bool: 'boolean',
  int: 'integer',
  uint: 'integer, unsigned',
  uint64: 'bigint',
  fd: 'descriptor',
  netIndex: 'interface index',
  timeval: 'number',
  text: 'string',
  bytes: 'Uint8Array',
  linger: '{ on, seconds }',
  ucred: '{ pid, uid, gid }',
  gids: 'number[]',
  mreqn: '{ multicastAddress, localAddress?, interfaceIndex? }',
  mreqSource: '{ multicastAddress, interfaceAddress, sourceAddress }',
  mreq6: '{ multicastAddress, interfaceIndex }',
  groupReq: '{ interfaceIndex, group }',
  groupSourceReq: '{ interfaceIndex, group, source }',
  multicastIf: '{ localAddress?, interfaceIndex? }',
  meminfo: 'object',
  filter: '{ code, jt, jf, k }[]',
  portRange: '{ low, high }',
  sockaddr: '{ address, port }',
  txtime: '{ clockId, flags }',
  timestamping: '{ flags, bindPhc? }',
  timestampingFlags: 'flags',
  packetMreq: '{ interfaceIndex, type, hardwareAddress? }',
  packetStatistics: '{ packets, drops, freezes }',
  packetFanout: '{ groupId, mode, flags?, maxMembers? }',
  packetRollover: '{ all, huge, failed }',
  filterOrFd: '{ code, jt, jf, k }[] or descriptor',
  netlinkGroups: 'number[]',
  icmpTypes: 'number[]',
  icmp6Types: 'number[]',
  repairWindow: 'object',
  repairOptions: '{ code, value }[]',
  tcpInfo: 'TcpInfo',
  subflowInfos: 'TcpInfo[]',
  subflowAddresses: '{ local, remote }[]',
};

const accesses = { get: 'get', set: 'set', both: 'get, set' };

const int32Max = 2 ** 31 - 1;

function valueText(name, { kind, unit, range, bounds = range }) {
  if (values[kind] === undefined) throw new Error(`${name}: values lacks its kind, ${kind}`);
  const [low, high] = bounds ?? [];
  const from = low === undefined ? '' : ` from ${low}`;
  const to = high === undefined || high === int32Max ? '' : ` to ${high}`;
  return [`${values[kind]}${from}${to}`, unit].filter(Boolean).join(', ');
}

function optionRow([name, spec]) {
  const { level6, on = '', access, when, needs, since, doc, trap } = spec;
  const conditions = [
    on.startsWith('raw') && 'raw sockets',
    when,
    needs && `needs ${needs.join(' or ')}`,
    since && `Linux ${since}`,
  ]
    .filter(Boolean)
    .join('; ');
  const other = level6 && `For a group of IPv6 at level ${level6}.`;
  const text = [doc, other, trap && `**${trap}**`].filter(Boolean).join(' ');
  return `| \`${name}\` | ${valueText(name, spec)} | ${accesses[access]} | ${conditions} | ${text} |`;
}

function levelSection([level, { title, page }]) {
  const rows = options.filter(([, row]) => row.level === level);
  const link = page === undefined ? '' : ` [${page.slice(5, -2)}(7)](https://man7.org/linux/man-pages/${page}.html)`;
  return [
    `## ${title}`,
    '',
    `Level \`${level}\`, ${rows.length} option${rows.length === 1 ? '' : 's'}.${link}`,
    '',
    '| option | value | access | where, when, needs, since | what it does |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(optionRow),
    '',
  ];
}

const page = [
  '# Socket options',
  '',
  `The ${options.length} options that \`getOption\`, \`setOption\` and \`setOptions\` know by their C names. For any other use the raw form:`,
  '`setOption(target, { level, optname, bytes })`, `getOption(target, { level, optname, length })`, with the level by name or number.',
  '',
  '"before bind" and the like name the last moment at which setting an option has its full effect. Of several capabilities either is',
  'enough. A number outside the range given is refused: by the kernel (`EINVAL`), or before it is asked (`ERR_OUT_OF_RANGE`) where it',
  'would make another number of it and say nothing. `supports(name)` tells whether the running kernel has an option. What surprises',
  'is in bold.',
  '',
  ...Object.entries(levels).flatMap(levelSection),
].join('\n');

const needs = {
  us: '',
  'the other': ' (the program that holds the port)',
  both: ' (both programs)',
  root: ' (root)',
  time: '',
};

function versionsText({ since, until }) {
  return [since && `since Linux ${since}`, until && `until Linux ${until}`].filter(Boolean).join(', ');
}

function ruleSection([id, rule]) {
  const { text, calls, protocols, outcome, kernel, source, cures } = rule;
  const where = `${protocols.map((name) => name.toUpperCase()).join(' and ')} ${calls.map((call) => `${call}()`).join(' and ')}`;
  return [
    `### ${id}`,
    '',
    text,
    '',
    `\`${outcome}\` of ${[where, versionsText(rule)].filter(Boolean).join(', ')}. Kernel: \`${kernel}\`. See ${source}.`,
    '',
    ...cures.map((cure, index) => `${index + 1}. ${cure.text.slice(0, -1)}${needs[cure.needs]}.`),
    ...(cures.length > 0 ? [''] : []),
  ];
}

const outcomes = [...new Set(Object.values(rules).map(({ outcome }) => outcome))].sort((a, b) =>
  a === 'ok' || b === 'ok' ? Number(b === 'ok') - Number(a === 'ok') : a < b ? -1 : 1,
);

const rulesPage = [
  '# Rules of bind, listen and connect',
  '',
  `The ${Object.keys(rules).length} rules by which Linux decides whether a socket may have an address and port. Functions are those of Linux 6.18.`,
  'Where a call fails, the list says what helps, in the order in which to try it.',
  '',
  ...outcomes.flatMap((outcome) => [
    `## ${outcome === 'ok' ? 'Allowed' : outcome}`,
    '',
    ...Object.entries(rules)
      .filter(([, rule]) => rule.outcome === outcome)
      .flatMap(ruleSection),
  ]),
  '## What cannot be predicted',
  '',
  'The outcome is not predicted where it depends on something that cannot be seen:',
  '',
  '| reason | |',
  '| --- | --- |',
  ...Object.entries(unpredictables).map(([id, text]) => `| ${id} | ${text} |`),
  '',
].join('\n');

/** The number of options where prose names it. */
const readme = readFileSync(new URL('README.md', root), 'utf8').replace(
  /\[\d+ options\]\(docs\/options\.md\)/,
  `[${options.length} options](docs/options.md)`,
);

const files = {
  'docs/rules.md': rulesPage,
  'native/constants.gen.inc': constants,
  'docs/options.md': page,
  'README.md': readme,
};
const check = process.argv.includes('--check');
for (const [name, text] of Object.entries(files)) {
  const url = new URL(name, root);
  if (!check) {
    writeFileSync(url, text);
    continue;
  }
  if (readFileSync(url, 'utf8') === text) continue;
  console.error(`${name} is not what its table says: run npm run generate`);
  process.exitCode = 1;
}
