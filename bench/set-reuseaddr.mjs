import { intSetters } from './support/int-option.mjs';

export const question = {
  name: 'set-reuseaddr',
  title: 'setsockopt SO_REUSEADDR, an int',
  target: 1.35,
  prepare: () => intSetters('SO_REUSEADDR'),
};
