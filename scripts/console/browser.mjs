// A browser for the console's day, and what must hold on every page.
import { createRequire } from 'node:module';
import { readFileSync, mkdirSync } from 'node:fs';
import assert from 'node:assert/strict';

const require = createRequire(`${process.env.NODE_PATH}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.PICTURES;
if (pictures) mkdirSync(pictures, { recursive: true });
export const base = process.env.BASE;

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

// Somebody at a browser; whatever it complains of is a fault.
export async function person(browser, options = {}) {
  const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { page.faults.push(`a script of somebody ran: ${dialog.message()}`); dialog.dismiss(); });
  page.on('console', (message) => {
    const is_status = /status of (400|401|403|404|409)/.test(message.text());
    const is_frame = /frame is sandboxed/.test(message.text());
    if (message.type() === 'error' && !is_status && !is_frame) page.faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('about:')) page.faults.push(`asks elsewhere: ${request.url()}`);
  });
  return page;
}

async function violations(page) {
  // The page's own policy lets no script in, as it should.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Runtime.evaluate', { expression: axe });
  const found = await page.evaluate(async () => {
    const wanted = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await window.axe.run(document, { runOnly: wanted });
    return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(' | ')}`);
  });
  await devtools.detach();
  return found;
}

// Everything that can be pressed is reached by the tabulator, in the order of the page, with something to see.
async function keyboard(page, name) {
  // What was typed may still bring a part of the page up to date.
  await page.waitForTimeout(700);
  await page.waitForLoadState('networkidle');
  const wanted = await page.evaluate(() => {
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')];
    const seen = all.filter((one) => one.tabIndex >= 0 && one.type !== 'hidden' && one.checkVisibility());
    seen.forEach((one, number) => { one.dataset.stop = number; });
    // Of several radio buttons of one name, one is a stop.
    const names = new Set();
    return seen.filter((one) => one.type !== 'radio' || (!names.has(one.name) && names.add(one.name))).length;
  });
  await page.evaluate(() => { document.activeElement?.blur(); window.scrollTo(0, 0); });
  const reached = new Set();
  for (let i = 0; i < wanted * 4 + 20; i += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      return at?.type === 'radio' ? `radio ${at.name}` : at?.dataset.stop;
    });
    if (stop !== undefined) reached.add(stop);
    if (reached.size >= wanted) break;
  }
  assert.equal(reached.size, wanted, `${name}: the tabulator reaches ${reached.size} of ${wanted}`);
}

// What must hold of the page that is open now.
export async function look(page, name) {
  assert.deepEqual(page.faults, [], name);
  if (process.env.LOOKED_AT) return;
  const url = new URL(page.url());
  const html = await page.evaluate(async (path) => (await (await fetch(path)).text()).length, url.pathname + url.search);
  assert(html < 60_000, `${name}: ${html} bytes`);
  for (const [scheme, width] of [['light', 1280], ['dark', 1280], ['light', 320], ['light', 3840]]) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 900 });
    const found = await violations(page);
    assert.deepEqual(found, [], `${name}, ${scheme}, ${width} pixels`);
    const over = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
    assert(over <= 0, `${name}: ${over} pixels wider than a screen of ${width}`);
    if (pictures && width < 3840) await page.screenshot({ path: `${pictures}/${name}-${scheme}-${width}.png`, fullPage: true });
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });
  await keyboard(page, name);
  assert.deepEqual(page.faults, [], name);
}

export async function open(page, path, name) {
  const answer = await page.goto(base + path);
  assert.equal(answer.status(), 200, path);
  await look(page, name);
}

export function step(text) {
  console.log(`  ${text}`);
}
