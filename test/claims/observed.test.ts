import type { RowResult } from '../../src/lab/record/result.js';
import { expect, test } from 'vitest';
import { cases } from '../../src/claims/cases.js';
import { runCase } from '../../src/lab/run/run-case.js';
import { describeNeeding } from '../support/needs.js';
import { canMakeNamespaces } from '../support/namespaces.js';

async function rowsOf(id: string): Promise<ReadonlyMap<string, RowResult>> {
  const found = cases.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no case ${id}`);
  const { rows, error } = await runCase(found, 'namespaces');
  expect(error).toBeUndefined();
  return new Map(rows.map((row) => [row.name, row]));
}

describeNeeding(canMakeNamespaces, 'only root can make network namespaces')('a case', () => {
  test('C4 sends to a socket that never sent, which nothing reaches', async () => {
    const rows = await rowsOf('C4');
    expect(rows.get('sends a datagram')?.observed).toMatchObject({ after: 'bound', reached: true });
    expect(rows.get('only receives')?.observed).toMatchObject({ after: 'unbound', reached: false });
  });

  test('C5 does not take what getsockname() goes on to report for a port that is held', async () => {
    const rows = await rowsOf('C5');
    expect(rows.get('the connection is accepted')?.observed).toMatchObject({ after: 'bound' });
    expect(rows.get('the connection was refused')).toMatchObject({
      observed: { after: 'unbound', getsockname: 'names a port' },
      ok: null,
    });
  });

  test('S10 sets the option on the bound socket itself, and compares with none', async () => {
    const rows = await rowsOf('S10');
    const beside = 'set on the bound socket that is to listen beside another';
    expect([rows.get(beside)?.observed, rows.get(`not ${beside}`)?.observed]).toEqual(['ok', 'EADDRINUSE']);
  });

  test('S13 starts its servers in each order', async () => {
    const names = [...(await rowsOf('S13')).keys()].filter((name) => name.startsWith('TCP, SO_REUSEADDR'));
    expect(names.map((name) => name.split(', ')[2]).sort()).toEqual([
      'A then ANY then B',
      'A then B then ANY',
      'ANY then A then B',
      'ANY then B then A',
      'B then A then ANY',
      'B then ANY then A',
    ]);
  });
});
