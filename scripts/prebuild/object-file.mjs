// What a binary asks of the system it is loaded on, read from the file: ELF (elf(5)) or Mach-O (mach-o/loader.h), of 64 bits and
// little-endian, as all targets are.

/**
 * @typedef {object} ObjectFile
 * @property {'elf' | 'mach-o'} format
 * @property {'x64' | 'arm64'} arch
 * @property {string[]} needed names of libraries
 * @property {{ name: string, version?: string, weak: boolean }[]} undefinedSymbols
 * @property {string[]} exported
 * @property {string} [floor] macOS only: the oldest version it loads on
 */

/** @returns {ObjectFile} */
export function readObjectFile(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.byteLength < 64 ? 0 : view.getUint32(0, true);
  if (magic === 0x464c457f && bytes[4] === 2 && bytes[5] === 1) return readElf(view);
  if (magic === 0xfeedfacf) return readMachO(view);
  throw new Error('neither ELF nor Mach-O, of 64 bits and little-endian');
}

function text(view, at) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at, view.byteLength - at);
  return Buffer.from(bytes.subarray(0, bytes.indexOf(0))).toString('latin1');
}

const archOf = (table, value) => {
  const arch = table[value];
  if (arch === undefined) throw new Error(`unknown machine ${value}`);
  return arch;
};

function readElf(view) {
  const u16 = (at) => view.getUint16(at, true);
  const u32 = (at) => view.getUint32(at, true);
  const u64 = (at) => Number(view.getBigUint64(at, true));

  /** By type, SHT_…: each of those read here is there once. */
  const sections = new Map();
  const first = u64(40);
  for (let i = 0; i < u16(60); ++i) {
    const at = first + i * u16(58);
    const section = { link: u32(at + 40), offset: u64(at + 24), size: u64(at + 32) };
    sections.set(i, section).set(`type ${u32(at + 4)}`, section);
  }
  const dynamic = sections.get('type 6');
  const symbols = sections.get('type 11');
  if (dynamic === undefined || symbols === undefined) throw new Error('no shared object');
  const string = (section, at) => text(view, sections.get(section.link).offset + at);

  const needed = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16)
    if (u64(at) === 1) needed.push(string(dynamic, u64(at + 8)));

  const versions = new Map();
  const wanted = sections.get('type 1879048190');
  for (let at = wanted?.offset, next = 0; at !== undefined; at = next === 0 ? undefined : at + next) {
    next = u32(at + 12);
    for (let one = at + u32(at + 8), left = u16(at + 2); left > 0; one += u32(one + 12), --left)
      versions.set(u16(one + 6), string(wanted, u32(one + 8)));
  }

  const versionTable = sections.get('type 1879048191');
  const undefinedSymbols = [];
  const exported = [];
  for (let i = 1; i < symbols.size / 24; ++i) {
    const at = symbols.offset + i * 24;
    const name = string(symbols, u32(at));
    if (u16(at + 6) !== 0) exported.push(name);
    else {
      const version = versionTable && versions.get(u16(versionTable.offset + i * 2) & 0x7fff);
      undefinedSymbols.push({
        name,
        ...(version !== undefined && { version }),
        weak: view.getUint8(at + 4) >> 4 === 2,
      });
    }
  }
  return { format: 'elf', arch: archOf({ 62: 'x64', 183: 'arm64' }, u16(18)), needed, undefinedSymbols, exported };
}

function readMachO(view) {
  const u32 = (at) => view.getUint32(at, true);
  const needed = [];
  const undefinedSymbols = [];
  const exported = [];
  let floor;
  for (let at = 32, left = u32(16); left > 0; at += u32(at + 4), --left) {
    const command = u32(at) & 0x7fffffff;
    if (command === 0x0c) needed.push(text(view, at + u32(at + 8)));
    if (command === 0x32) floor = `${u32(at + 12) >> 16}.${(u32(at + 12) >> 8) & 0xff}`;
    if (command !== 0x02) continue;
    for (let i = 0; i < u32(at + 12); ++i) {
      const symbol = u32(at + 8) + i * 16;
      const type = view.getUint8(symbol + 4);
      // A name of C has an underscore before it.
      const name = text(view, u32(at + 16) + u32(symbol)).replace(/^_/, '');
      // N_EXT alone is undefined; with a type, and without N_STAB and N_PEXT, it is exported.
      if ((type & 0xef) === 0x01)
        undefinedSymbols.push({ name, weak: (view.getUint16(symbol + 6, true) & 0x40) !== 0 });
      else if ((type & 0xf1) === 0x01) exported.push(name);
    }
  }
  const arch = archOf({ 16777223: 'x64', 16777228: 'arm64' }, u32(4));
  return { format: 'mach-o', arch, needed, undefinedSymbols, exported, floor };
}
