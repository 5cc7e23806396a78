import { inGrid, type CaseRow } from '../../lab/run/case.js';
import type { Stage } from '../../lab/run/stage.js';
import { labStates, type LabState, reach } from './reach-state.js';
import { reuse, startAgain } from './again.js';
import type { LinkGround } from './ground.js';

/** A socket on the port of a server, and whether it has SO_REUSEADDR. */
export interface OldSocket {
  readonly state: LabState;
  readonly option: boolean;
}

/** One row a state and old option, by the articles: TIME_WAIT is fine, any other state is an error. */
export const overEachState: readonly CaseRow<OldSocket, string>[] = labStates.flatMap((state) =>
  [true, false].map((option) => ({
    ...inGrid(state, `the old socket ${option ? 'with' : 'without'} the option`),
    given: { state, option },
    // A port without any socket is not busy: the claims do not speak of it.
    ...(state !== 'CLOSED' && { says: state === 'TIME_WAIT' ? 'ok' : 'EADDRINUSE' }),
  })),
);

/** A server with the option starts where the old socket is. */
export async function startOver(stage: Stage, { state, option }: OldSocket): Promise<string> {
  return startBeside(await reach(stage, state, option ? reuse : {}));
}

/** What a server is told that starts, with the option, on the port of what is there. */
export function startBeside({ host, family, address, port }: LinkGround): string {
  return startAgain(host, { family, address, port, options: reuse });
}
