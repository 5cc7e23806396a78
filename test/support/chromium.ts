import { accessSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

function hasChromium(): boolean {
  try {
    accessSync(executablePath);
    return true;
  } catch {
    return false;
  }
}

/** Why there is no browser, for the name of what is skipped; empty if there is one. */
export const noChromium = hasChromium() ? '' : ` (skipped: there is no ${executablePath})`;

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}
