import { valueOffset } from '../native/binding.js';
import { native } from '../native/load.js';
import { memoryOf } from './memory.js';

/** The memory shared with `native/`, from where values stand. */
export const scratch = memoryOf(native.scratch, valueOffset);
