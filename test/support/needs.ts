import { describe, type TestContext, test } from 'vitest';

/** Who could mend it: who set up the machine (a tool to install, a right, a limit), or nobody, as its kernel is without it. */
export type Lack = 'machine' | 'kernel';

/** Where nothing may go untested for want of a tool. */
const mustHave = process.env['CI'] === 'true';

/** Skips the test that runs, with the reason, unless `condition` holds; with `CI=true` it fails where the machine could be mended. */
export function needs(
  context: Pick<TestContext, 'skip'>,
  condition: boolean,
  reason: string,
  lack: Lack = 'machine',
): void {
  if (condition) return;
  if (mustHave && lack === 'machine') throw new Error(`CI=true, but ${reason}`);
  context.skip(reason);
}

type Define = (title: string, body: () => void) => void;

/** The same for a whole `describe`. */
export function describeNeeding(condition: boolean, reason: string): Define {
  if (condition) return describe;
  if (!mustHave) return (title, body) => describe.skip(`${title} (${reason})`, body);
  return (title) =>
    test(title, () => {
      throw new Error(`CI=true, but ${reason}`);
    });
}
