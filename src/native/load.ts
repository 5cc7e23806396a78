import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { DATA, type NativeBinding } from './binding.js';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../..', import.meta.url));

export const native = require(`${root}build/Release/sockwise.node`) as NativeBinding;
/** Views of the memory shared with `native/`; see {@link NativeBinding}. */
export const frame = new Int32Array(native.scratch, 0, DATA / 4);
export const data = new Uint8Array(native.scratch, DATA);
export const dataView = new DataView(native.scratch, DATA);
