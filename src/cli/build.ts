import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { exitCodes } from './exit.js';

/** `root` is the folder of package.json: what says so elsewhere is bundled with what needs the addon. */
export function addBuildCommand(program: Command, root: URL): void {
  program
    .command('build')
    .description('build the native addon from source, where no prebuilt one loads')
    .action(() => {
      const script = fileURLToPath(new URL('scripts/install.mjs', root));
      const { status } = spawnSync(process.execPath, [script, '--verbose'], { stdio: 'inherit' });
      process.exitCode = status === 0 ? exitCodes.ok : exitCodes.failed;
    });
}
