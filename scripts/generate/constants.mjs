// The list of option names for C++, native/constants.gen.inc.

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

/** What native/constants.cc includes. */
export function constantsOf(catalog) {
  return [
    '// Written by scripts/generate.mjs from src/options/catalog.ts. A header older than the kernel lacks names, and their numbers',
    '// are then taken from the catalogue; where it has them the compiler compares.',
    ...Object.entries(catalog).flatMap(constantLines),
    '',
  ].join('\n');
}
