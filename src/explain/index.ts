import { attach } from './attach.js';
import { explain as explainCall } from './explain.js';

/** {@link explainCall}; and `explain.attach(server)`, {@link attach}. */
export const explain = Object.assign(explainCall, { attach });

// What the commands take beyond the public surface.
export { restartAfter } from './restart.js';
export { socketStates } from '../netlink/state.js';
export { socketsOn } from './held.js';
export { holderLines, ownerText } from './text.js';
