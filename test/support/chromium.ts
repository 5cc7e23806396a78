import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The shell is Chromium's engine without its windows: the tests take a fifth less CPU time with it. */
const executables = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
const executablePath = executables.find((path) => existsSync(path)) ?? '';

/** Why there is no browser, for the name of what is skipped; empty if there is one. */
export const noChromium = executablePath === '' ? ` (skipped: there is no ${executables.join(' and no ')})` : '';

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
