import type { Command } from 'commander';
import { catalog, getOptions, type OptionSpec } from '../index.js';
import { aligned } from './aligned.js';
import { processDescriptor, withSocketOf } from './descriptor.js';
import { toJson } from './json.js';

interface OptionsFlags {
  readonly of?: string;
  readonly json?: boolean;
}

function printValues(values: object, json: boolean): void {
  if (json) console.log(toJson(values));
  else
    console.log(
      aligned(Object.entries(values).map(([name, value]) => [name, toJson(value).replaceAll(/\s*\n\s*/g, ' ')])),
    );
}

function printCatalog(json: boolean): void {
  if (json) {
    console.log(toJson(catalog));
    return;
  }
  const rows = Object.entries<OptionSpec>(catalog).map(([name, { level, kind, access, doc }]) => [
    name,
    level,
    kind,
    access,
    doc,
  ]);
  console.log(aligned([['Option', 'Level', 'Kind', 'Access', 'Effect'], ...rows]));
}

export function addOptionsCommand(program: Command): void {
  program
    .command('options')
    .description('list the socket options, or those of a socket of a running process with their values')
    .option('--of <pid:fd>', 'a descriptor of a process')
    .option('--json', 'print JSON')
    .action(({ of, json = false }: OptionsFlags) => {
      if (of === undefined) printCatalog(json);
      else
        printValues(
          withSocketOf(processDescriptor(of), (fd) => getOptions(fd)),
          json,
        );
    });
}
