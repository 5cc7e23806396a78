import { fileURLToPath } from 'node:url';

/** Programs are run compiled, also where this file is not. */
function pathOf(name: string): string {
  return fileURLToPath(new URL(`../../../dist/claims/programs/${name}.js`, import.meta.url));
}

/** What runs in processes of its own; each file says what it does. */
export const programs = {
  agent: pathOf('agent'),
  echoServer: pathOf('echo-server'),
  holder: pathOf('holder'),
} as const;
