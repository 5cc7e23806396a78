import { intGetters } from './support/int-option.mjs';

export const question = {
  name: 'get-nodelay',
  title: 'getsockopt TCP_NODELAY, an int',
  target: 1.35,
  prepare: () => intGetters('TCP_NODELAY'),
};
