// node screenshot.mjs URL FILE SECONDS: the dashboard after that many seconds, with a cut that was refilled, and some notes.
// eng/screenshot.sh runs it.
import { statSync } from 'node:fs';
import { openBrowser } from './browser.mjs';

const [url, file, seconds] = process.argv.slice(2);
const largest = 300_000;
const notes = ['Deployment of the morning is through.', 'Who is reading along over SSE?', 'curl is, and a tablet in the hall.', 'Cutting my connection now …', '… and nothing was missed.'];

const browser = await openBrowser();
const page = await browser.newPage({ viewport: { width: 1360, height: 1030 }, colorScheme: 'dark' });
page.setDefaultTimeout(120_000);
await page.goto(url);
await page.waitForTimeout(Number(seconds) * 1000);
for (const note of notes)
  await fetch(new URL('stores/notes', url), { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: note });
await page.click('[data-cut]');
await page.waitForFunction(() => document.querySelector('[data-heartbeats]').dataset.complete === 'true');
await page.mouse.move(0, 0);
await page.waitForTimeout(3000);
await page.screenshot({ path: file });
await browser.close();

const { size } = statSync(file);
console.log(`${file}: ${size} bytes`);
if (size > largest) throw new Error(`That is more than ${largest}.`);
