// Chromium for the scripts beside this one, driven by the Playwright that the test clients have.
import { accessSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

const { chromium } = createRequire(new URL('../Tornadose.SignalR.Tests/TestKit/Node/package.json', import.meta.url))('playwright-core');

export function openBrowser() {
  return chromium.launch({ executablePath: find('chromium', 'chromium-browser', 'google-chrome'), args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
}

function find(...names) {
  for (const folder of process.env.PATH.split(delimiter))
    for (const name of names)
      try {
        accessSync(join(folder, name));
        return join(folder, name);
      } catch { /* not there */ }
  throw new Error(`None of ${names.join(', ')} is on the PATH.`);
}
