// Names the state of native/ by its content, so that a binary can say what it was built from: file times cannot, as a
// checkout changes them without changing a byte. Run with a path it writes the C++ file that carries the name.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @param {string} root the folder that holds native/ */
export function sourcesMark(root) {
  const hash = createHash('sha256');
  for (const name of readdirSync(join(root, 'native')).sort()) {
    const content = readFileSync(join(root, 'native', name));
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  return `sockwise-sources:${hash.digest('hex')}`;
}

/** The C++ that carries the name. Visible, so that a linker that drops what is not used keeps it. */
export function markSource(mark) {
  return `extern "C" __attribute__((visibility("default"))) const char sockwise_sources[];\nconst char sockwise_sources[] = "${mark}";\n`;
}

const script = fileURLToPath(import.meta.url);
if (process.argv[1] === script) {
  const [, , output] = process.argv;
  if (output === undefined) throw new Error('usage: node scripts/sources.mjs OUTPUT.cc');
  writeFileSync(output, markSource(sourcesMark(join(script, '../..'))));
}
