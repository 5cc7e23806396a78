import { attach } from './attach.js';
import { explain as explainCall } from './explain.js';

// Calls of both, not both themselves, which would be loaded then.
const call = ((...args: Parameters<typeof explainCall>) => explainCall(...args)) as typeof explainCall;
const attachCall: typeof attach = (target) => attach(target);

/** {@link explainCall}; and `explain.attach(server)`, {@link attach}. */
export const explain = Object.assign(call, { attach: attachCall });

// What the commands take beyond the public surface.
export { restartAfter } from './restart.js';
export { socketStates } from '../netlink/state.js';
export { socketsOn } from './held.js';
export { holderLines, ownerText } from './text.js';
