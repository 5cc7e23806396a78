import { intGetters } from './support/int-option.mjs';

export const question = {
  name: 'get-reuseaddr',
  title: 'getsockopt SO_REUSEADDR, an int',
  target: 1.35,
  prepare: () => intGetters('SO_REUSEADDR'),
};
