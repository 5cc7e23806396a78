/** What the commands take beyond the public surface. */
export { restartAfter } from './restart.js';
export { socketsOn } from './held.js';
export { holderLines, ownerText } from './text.js';
