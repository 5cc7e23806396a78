import { accessSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

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

/** A page of its own, which tells what it prints, what fails in it, and what it asks the network for. */
export async function listenedPage(browser: Browser, tell: (text: string) => void): Promise<Page> {
  const page = await browser.newPage();
  page.on('console', (message) => tell(message.text()));
  page.on('pageerror', (error) => tell(String(error)));
  page.on('request', (request) => {
    if (!/^(file|about):/.test(request.url())) tell(request.url());
  });
  return page;
}
