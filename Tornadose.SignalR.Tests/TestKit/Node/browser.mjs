// node browser.mjs: a headless Chromium for all tests. A page is a browser context: it shares no cookies, storage or connections with the
// others. {"id":1,"page":7,"command":{"tab":"main",…}} runs after the page's earlier commands and is answered by
// {"type":"answer","id":1,"value":…} or {…,"error":"…"}; {"id":2,"page":7} closes the page.
// A tab that is opened with "own":true has a context of its own.
// Commands: goto, eval, waitFor, click, press, screenshot, colorScheme, reducedMotion, viewport, errors, axe, close.
import { accessSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { onCommand, print } from './lines.mjs';

function find(...names) {
  for (const name of names)
    for (const folder of process.env.PATH.split(delimiter))
      try {
        accessSync(join(folder, name));
        return join(folder, name);
      } catch { /* not there */ }
  throw new Error(`None of ${names.join(', ')} is on the PATH.`);
}

const browser = await chromium.launch({
  executablePath: find('chromium', 'chromium-browser', 'google-chrome'),
  headless: true,
  timeout: 170_000,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
});
const pages = new Map();
const waitTimeout = 170_000; // less than the caller waits, so that the answer says what was waited for

async function newContext() {
  // Without a GPU, an endless animation such as the dashboard's dot takes 40 % of a core for as long as the page is open.
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  context.setDefaultTimeout(waitTimeout);
  return context;
}

async function openPage() {
  return { contexts: [await newContext()], tabs: new Map() };
}

async function openTab(contexts, own) {
  if (own) contexts.push(await newContext());
  const page = await contexts.at(own ? -1 : 0).newPage();
  const errors = [];
  page.on('console', message => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', error => errors.push(error.message));
  page.on('requestfailed', request => {
    const reason = request.failure()?.errorText;
    // A request that the page itself aborts, such as a stream that it replaces, has not failed.
    if (reason !== 'net::ERR_ABORTED') errors.push(`${request.url()}: ${reason}`);
  });
  return { page, errors };
}

// Not page.waitForFunction: it calls eval in the page, and fails under a policy that forbids eval unless its first check succeeds.
// A value that is a function would be called.
async function waitFor(page, expression) {
  const end = Date.now() + waitTimeout;
  while (Date.now() < end) {
    try {
      const value = await page.evaluate(expression);
      if (value) return value;
    } catch (error) {
      if (!/context was destroyed|Cannot find context/.test(error.message)) throw error; // else the page has navigated
    }
    await setTimeout(50);
  }
  throw new Error(`This did not become true: ${expression}`);
}

async function run({ contexts, tabs }, { tab = 'main', own, ...command }) {
  if (!tabs.has(tab)) tabs.set(tab, await openTab(contexts, own));
  const { page, errors } = tabs.get(tab);
  if (command.goto) await page.goto(command.goto, { waitUntil: 'domcontentloaded' });
  if (command.eval) return (await page.evaluate(command.eval)) ?? null;
  if (command.waitFor) return waitFor(page, command.waitFor);
  if (command.click) await page.click(command.click);
  if (command.press) await page.keyboard.press(command.press);
  if (command.viewport) await page.setViewportSize(command.viewport);
  if (command.screenshot) await page.screenshot({ path: command.screenshot, fullPage: true });
  if (command.colorScheme) await page.emulateMedia({ colorScheme: command.colorScheme });
  if (command.reducedMotion) await page.emulateMedia({ reducedMotion: command.reducedMotion });
  if (command.errors) return errors;
  if (command.axe) {
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
    const { violations } = await page.evaluate(() => axe.run());
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.target).join(', ')}`);
  }
  if (command.close) {
    await page.close();
    tabs.delete(tab);
  }
  return null;
}

async function take(number, { opening }, command) {
  const page = await opening;
  if (command) return run(page, command);
  pages.delete(number);
  await Promise.all(page.contexts.map(context => context.close()));
  return null;
}

onCommand(({ id, page: number, command }) => {
  if (!pages.has(number)) pages.set(number, { opening: openPage(), last: Promise.resolve() });
  const page = pages.get(number);
  page.last = page.last.then(() => take(number, page, command)).then(
    value => print({ type: 'answer', id, value }),
    error => print({ type: 'answer', id, error: error.message }));
}, () => browser.close());
print({ type: 'ready' });
