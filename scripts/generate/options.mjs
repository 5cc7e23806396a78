// The page of the options, docs/options.md.
import { kinds, socketKinds } from './load.mjs';

/** The levels in the order of the page, each with the man page of section 7 that documents most of its options. */
const levels = {
  SOL_SOCKET: { title: 'Any socket', page: 'socket' },
  IPPROTO_TCP: { title: 'TCP', page: 'tcp' },
  IPPROTO_IP: { title: 'IPv4', page: 'ip' },
  IPPROTO_IPV6: { title: 'IPv6', page: 'ipv6' },
  IPPROTO_UDP: { title: 'UDP', page: 'udp' },
  IPPROTO_UDPLITE: { title: 'UDP-Lite', page: 'udplite' },
  SOL_RAW: { title: 'ICMP', page: 'raw' },
  IPPROTO_ICMPV6: { title: 'ICMPv6' },
  SOL_PACKET: { title: 'Packet sockets', page: 'packet' },
  SOL_NETLINK: { title: 'Netlink', page: 'netlink' },
  SOL_MPTCP: { title: 'Multipath TCP' },
  AF_VSOCK: { title: 'Virtual machine sockets', page: 'vsock' },
};

/** Whether the option is on raw sockets of IPv4 or IPv6 only. */
function needsRawSocket(on) {
  const [domain, type] = socketKinds[on] ?? [];
  return type === 'SOCK_RAW' && ['AF_INET', 'AF_INET6'].includes(domain);
}

export const accesses = { get: 'get', set: 'set', both: 'get, set' };

const int32Max = 2 ** 31 - 1;

/** What the value is: its type, its range, its unit. */
export function valueText({ kind, unit, range, bounds = range }) {
  const { type, text = type } = kinds[kind];
  const [low, high] = bounds ?? [];
  const from = low === undefined ? '' : ` from ${low}`;
  const to = high === undefined || high === int32Max ? '' : ` to ${high}`;
  return [`${text}${from}${to}`, unit].filter(Boolean).join(', ');
}

function optionRow([name, spec]) {
  const { level6, on, access, when, needs, since, source, doc, trap } = spec;
  const conditions = [
    needsRawSocket(on) && 'raw sockets',
    when,
    needs && `needs ${needs.join(' or ')}`,
    since && `Linux ${since}`,
  ]
    .filter(Boolean)
    .join('; ');
  const other = level6 && `For a group of IPv6 at level ${level6}.`;
  const text = [doc, other, trap && `**${trap}**`, source && `See ${source}.`].filter(Boolean).join(' ');
  return `| \`${name}\` | ${valueText(spec)} | ${accesses[access]} | ${conditions} | ${text} |`;
}

function levelSection(options, [level, { title, page }]) {
  const rows = options.filter(([, row]) => row.level === level);
  const link = page === undefined ? '' : ` [${page}(7)](https://man7.org/linux/man-pages/man7/${page}.7.html)`;
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

/** Where an option is documented. */
export function sourceOf({ level, source }) {
  return source ?? `${levels[level].page}(7)`;
}

function structureSection([name, { doc, fields }]) {
  return [
    `### ${name}`,
    '',
    doc,
    '',
    '| field | type | unit | what it says |',
    '| --- | --- | --- | --- |',
    ...Object.entries(fields).map(([field, { type, optional, unit = '', doc: text = '', since }]) => {
      const says = [text, since && `Linux ${since}.`].filter(Boolean).join(' ');
      return `| \`${field}${optional ? '?' : ''}\` | ${type.replaceAll('|', '\\|')} | ${unit} | ${says} |`;
    }),
    '',
  ];
}

/** docs/options.md. */
export function optionsPage(catalog, structures) {
  const options = Object.entries(catalog);
  return [
    '# Socket options',
    '',
    `The ${options.length} options that \`getOption\`, \`setOption\` and \`setOptions\` know by their C names. For any other option use the raw form:`,
    '`setOption(target, { level, optname, bytes })` and `getOption(target, { level, optname, length })`, with the level by name or number.',
    '',
    '- "before bind" and the like: the last moment at which setting the option has its full effect.',
    '- "needs A or B": one of the two capabilities is enough.',
    '- A number outside the range fails with `EINVAL` of the kernel. Where the kernel would silently take another number, this package throws',
    '  `ERR_OUT_OF_RANGE` first.',
    '- `supports(name)` shows whether the running kernel has the option.',
    '- **Bold** text is what surprises.',
    '',
    ...Object.entries(levels).flatMap((level) => levelSection(options, level)),
    '## Values',
    '',
    'The fields of values that are objects. In an editor the same stands at each option and each field.',
    '',
    ...Object.entries(structures).flatMap(structureSection),
  ].join('\n');
}
