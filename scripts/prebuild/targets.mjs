// What is built for whom, and the rules that each binary has to keep. The file of a target is prebuilds/TARGET/sockwise.node.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readObjectFile } from './object-file.mjs';

const require = createRequire(import.meta.url);
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Node-API's version in binding.gyp. */
const nodeApiVersion = 8;

/** Node's own binaries ask for as much. */
const glibcVersion = [2, 28];
const macosVersion = '11.0';

const linux = {
  link: ['-Wl,--gc-sections', '-Wl,-z,lazy', '-Wl,--version-script=native/exports.map'],
  // Before glibc 2.34 some of libc was in libpthread.
  needed: ['libc.so', 'libc.so.6', 'libpthread.so.0'],
};
const macos = {
  compile: ['-D__APPLE_USE_RFC_3542'],
  link: ['-Wl,-undefined,dynamic_lookup', '-Wl,-dead_strip', '-Wl,-install_name,sockwise.node'],
  needed: ['/usr/lib/libSystem.B.dylib'],
};

/** `triple` is the compiler's name of the target. */
export const targets = {
  'linux-x64': { ...linux, arch: 'x64', triple: `x86_64-linux-gnu.${glibcVersion.join('.')}` },
  'linux-arm64': { ...linux, arch: 'arm64', triple: `aarch64-linux-gnu.${glibcVersion.join('.')}` },
  'linux-x64-musl': { ...linux, arch: 'x64', triple: 'x86_64-linux-musl' },
  'linux-arm64-musl': { ...linux, arch: 'arm64', triple: 'aarch64-linux-musl' },
  'darwin-x64': { ...macos, arch: 'x64', triple: `x86_64-macos.${macosVersion}` },
  'darwin-arm64': { ...macos, arch: 'arm64', triple: `aarch64-macos.${macosVersion}` },
};

/** The flags of binding.gyp, as far as they are not the linker's. */
export const compileFlags = [
  ...[
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-fno-exceptions',
    '-fno-rtti',
    '-fvisibility=hidden',
    '-fvisibility-inlines-hidden',
  ],
  ...['-ffunction-sections', '-fdata-sections', '-fno-unwind-tables', '-fno-asynchronous-unwind-tables'],
  ...[
    '-Wall',
    '-Wextra',
    '-Werror',
    `-DNAPI_VERSION=${nodeApiVersion}`,
    '-DNODE_GYP_MODULE_NAME=sockwise',
    '-DBUILDING_NODE_EXTENSION',
  ],
  ...['-DNODE_ADDON_API_DISABLE_CPP_EXCEPTIONS', '-DNODE_ADDON_API_DISABLE_DEPRECATED'],
];

/** A hash of all that decides over the bytes of a binary besides native/. */
export function recipe(target) {
  const hash = createHash('sha256');
  for (const name of ['zig/package-lock.json', 'runtime.cc'])
    hash.update(readFileSync(join(root, 'scripts/prebuild', name)));
  hash.update(require('node-addon-api/package.json').version);
  hash.update(JSON.stringify([compileFlags, targets[target]]));
  return hash.digest('hex');
}

/** Node-API of the version that is built for, and libuv, whose functions every Node exports. */
function isRuntimes(name) {
  const { js_native_api_symbols, node_api_symbols } = require('node-api-headers').symbols[`v${nodeApiVersion}`];
  return js_native_api_symbols.includes(name) || node_api_symbols.includes(name) || name.startsWith('uv_');
}

const isNewer = (version, [major, minor]) => {
  const [, itsMajor, itsMinor] = /^GLIBC_(\d+)\.(\d+)/.exec(version) ?? [];
  return !(Number(itsMajor) < major || (Number(itsMajor) === major && Number(itsMinor) <= minor));
};

const entryPoints = ['napi_register_module_v1', 'node_api_module_get_api_version_v1', 'sockwise_sources'];

/**
 * What is wrong with a binary, in sentences: none if it may be packed.
 * @param {string} target
 * @param {Uint8Array} bytes
 * @param {(name: string) => boolean} isLibc whether the target's libc, where its symbols have no versions, has a name
 */
export function faults(target, bytes, isLibc) {
  const { arch, needed, triple } = targets[target];
  const file = readObjectFile(bytes);
  const found = [];
  if (file.arch !== arch) found.push(`it is for ${file.arch}`);
  for (const library of file.needed.filter((name) => !needed.includes(name))) found.push(`it needs ${library}`);
  for (const { name, version, weak } of file.undefinedSymbols) {
    if (weak || isRuntimes(name)) continue;
    if (triple.includes('-gnu.') ? version === undefined : !isLibc(name))
      found.push(`${name} is not of libc or Node-API ${nodeApiVersion}`);
    else if (version !== undefined && isNewer(version, glibcVersion)) found.push(`${name} needs ${version}`);
  }
  for (const name of entryPoints.filter((name) => !file.exported.includes(name))) found.push(`it lacks ${name}`);
  if (file.format === 'mach-o' && file.floor !== macosVersion) found.push(`it needs macOS ${file.floor}`);
  return found;
}

/** Which files of prebuilds/ are none of the package, but would be packed. */
export function strangers(files) {
  const known = ['README.md', 'manifest.json', ...Object.keys(targets).map((target) => `${target}/sockwise.node`)];
  return files.filter((file) => !known.includes(file));
}
