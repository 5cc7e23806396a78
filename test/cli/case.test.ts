import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MatrixResult } from '../../src/lab/record/result.js';
import { sockwise } from '../support/matrix.js';
import { canMakeNamespaces } from '../support/namespaces.js';
import { describeNeeding } from '../support/needs.js';

describeNeeding(canMakeNamespaces, 'only root can make network namespaces')('the pictures of a case', () => {
  let folder: string;
  let stdout: string;
  const file = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sockwise-'));
    const files = ['--html', file('page.html'), '--svg', file('row.svg'), '--pcap', file('row.pcapng')];
    ({ stdout } = await sockwise(['case', 'G7', '--json', ...files]));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('are one a row, named by it', () => {
    const names = ['set-by-both-servers', 'set-by-neither', 'set-by-the-new-server-only', 'set-by-the-old-server-only'];
    expect(readdirSync(folder).toSorted()).toEqual(
      ['page.html', ...names.flatMap((name) => [`row-${name}.pcapng`, `row-${name}.svg`])].toSorted(),
    );
  });

  test('show the segments of a host that talks to itself, and its states', () => {
    const svg = readFileSync(file('row-set-by-neither.svg'), 'utf8');
    expect(svg).toMatch(/SYN seq=0/);
    expect(svg).toMatch(/TIME_WAIT/);
    expect(svg).not.toContain('not drawn');
    expect(readFileSync(file('row-set-by-neither.pcapng')).readUInt32LE(0)).toBe(0x0a0d0d0a);
  });

  test('stand in the page, each with an id of its own', () => {
    const html = readFileSync(file('page.html'), 'utf8');
    const ids = [...html.matchAll(/<svg [^>]*id="(ladder-[^"]*)"/g)].map(([, id]) => id);
    expect(ids).toEqual(['ladder-G7-1', 'ladder-G7-2', 'ladder-G7-3', 'ladder-G7-4']);
  });

  test('change nothing of what is printed', () => {
    const [result] = (JSON.parse(stdout) as MatrixResult).cases;
    expect(result?.verdict).toBe('qualified');
    expect(result?.rows.map(({ recording }) => recording)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
