import type { CaseResult, RowResult } from '../../../src/lab/record/result.js';
import { expect, test } from 'vitest';
import type { OnStage } from '../../../src/lab/run/case.js';
import { Stage } from '../../../src/lab/run/stage.js';
import { restartCases } from '../../../src/claims/restart/restart.cases.js';
import type { Host } from '../../../src/lab/network/host.js';
import { doneText } from '../../../src/lab/draw/text/event-text.js';
import { canMakeNamespaces } from '../../support/namespaces.js';
import { describeNeeding } from '../../support/needs.js';

/** Hosts as of another kernel: none of its connections ever gets to a TIME_WAIT, nor, once closed, to FIN_WAIT2. */
class WithoutTimeWait extends Stage {
  override alone(name?: string): Host {
    const host = super.alone(name);
    host.setSysctl('net.ipv4.tcp_max_tw_buckets', 0);
    return host;
  }
}

const onStage: OnStage = async (_row, use) => {
  const stage = new WithoutTimeWait(AbortSignal.timeout(20_000));
  try {
    return { value: await use(stage), events: stage.events };
  } finally {
    await stage.close();
  }
};

async function rowsOf(id: string): Promise<Pick<CaseResult, 'because'> & { rows: readonly RowResult[] }> {
  const found = restartCases.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no case ${id}`);
  return await found.runRows(onStage, () => undefined);
}

describeNeeding(canMakeNamespaces, 'only root can make network namespaces')('where no TIME_WAIT comes', () => {
  test('G1 tells that the server can be started again, and what is recorded are the calls of the programs', async () => {
    const { rows, because } = await rowsOf('G1');
    expect(rows.map(({ observed, ok }) => [observed, ok])).toEqual([
      [{ bind: 'ok', listen: 'ok' }, false],
      [{ bind: 'ok', listen: 'ok' }, true],
    ]);
    expect(because).toBe('The server can be started again at once, with SO_REUSEADDR or without.');
    const calls = rows[0]?.events
      .filter(({ actor, kind }) => actor === 'server' && kind === 'call')
      .map((event) => doneText(event));
    expect(calls).toEqual(['server.bind(0.0.0.0, 8080)', 'server.listen(5)', 'server.accept()']);
  });

  test('G2 tells what netstat shows instead', async () => {
    const { rows } = await rowsOf('G2');
    const [closes, stays] = rows.map(({ observed }) => observed);
    expect(closes).toMatchObject({ closed: [] });
    expect(stays).toMatchObject({ closed: ['CLOSE_WAIT with a process'] });
  });
});
