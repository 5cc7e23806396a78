import { gridHtml, runGrid, tallyOf, gridText, tables } from '../claims/index.js';
import { UsageError } from '../index.js';
import { exitCodes } from './exit.js';
import { chooseMode } from './isolation.js';
import { openForWriting, writeOutput } from './output-file.js';
import { Progress } from './progress.js';

/** `sockwise matrix --exhaustive`. Fails if the model and the kernel differ anywhere. */
export async function exhaustive({ json, html }: { readonly json?: boolean; readonly html?: string }): Promise<void> {
  const { isolation, reason } = await chooseMode();
  if (isolation !== 'namespaces')
    throw new UsageError('ERR_NOT_SUPPORTED', `--exhaustive: needs a network namespace of its own: ${reason ?? ''}`);
  const page = html === undefined ? undefined : openForWriting(html, '--html');
  const progress = await Progress.start(
    tables.length,
    (done, all, running) => `${done} of ${all} tables done, running ${running}`,
  );
  let running = '';
  const next = (name: string): void => {
    if (running !== '') progress.finished(running);
    running = name;
    progress.started(name);
  };
  const result = await runGrid(next).finally(() => progress.stop());
  if (tallyOf(result.tables).differences > 0) process.exitCode = exitCodes.failed;
  console.log(json === true ? JSON.stringify(result, undefined, 2) : gridText(result));
  if (page !== undefined) writeOutput(page, gridHtml(result), '--html');
}
