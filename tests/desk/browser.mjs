// A browser at the desk: Chromium by playwright-core, watched for whatever a page must not do.
import { chromium } from 'playwright-core';
import { createRequire } from 'node:module';
import { readFileSync, mkdirSync } from 'node:fs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export class Trouble extends Error {}

/** Fails with what was expected. */
export function check(holds, what) {
  if (!holds) throw new Trouble(what);
}

export class Desk {
  constructor(url, pictures) {
    this.url = url;
    this.pictures = pictures;
    this.wrongs = [];
    this.axed = [];
    mkdirSync(pictures, { recursive: true });
  }

  async open() {
    this.browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--force-color-profile=srgb'] });
    return this;
  }

  async close() {
    await this.browser.close();
  }

  /** A person's own browser; Polish and light unless said otherwise. */
  async person({ language = 'pl', look = 'light', width = 1280, height = 800 } = {}) {
    const context = await this.browser.newContext({ locale: language === 'pl' ? 'pl-PL' : 'en-GB', colorScheme: look, viewport: { width, height }, reducedMotion: 'reduce' });
    await context.addCookies([{ name: 'kartoteka-language', value: language, url: this.url }]);
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('console', (message) => { if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) this.wrongs.push(`${page.url()}: ${message.text()}`); });
    page.on('pageerror', (error) => this.wrongs.push(`${page.url()}: ${error}`));
    page.on('requestfailed', (request) => { if (!/ERR_ABORTED/.test(request.failure()?.errorText ?? '')) this.wrongs.push(`${request.url()}: ${request.failure()?.errorText}`); });
    page.on('request', (request) => { if (!request.url().startsWith(this.url) && !request.url().startsWith('data:')) this.wrongs.push(`asked elsewhere: ${request.url()}`); });
    return page;
  }

  async signIn(page, name, password) {
    await page.goto(`${this.url}/sign-in`);
    await page.fill('input[name="name"]', name);
    await page.fill('input[name="password"]', password);
    await page.press('input[name="password"]', 'Enter');
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  }

  /** Every rule of axe for WCAG 2.2 AA on the page as it is. */
  async accessible(page, name) {
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const results = await window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
      return { passes: results.passes.length, violations: results.violations.map((v) => `${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`) };
    });
    this.axed.push({ name, ...found });
  }

  async picture(page, name) {
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: `${this.pictures}/${name}.jpg`, type: 'jpeg', quality: 72 });
  }
}

/** Presses Tab until something has the focus: there is no mouse in a journey by keyboard. */
export async function tabTo(page, selector, most = 120) {
  for (let n = 0; n < most; n += 1) {
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return n;
    await page.keyboard.press('Tab');
  }
  throw new Trouble(`by Tab alone nobody comes to ${selector} on ${page.url()}`);
}

/** How a person uses a page: with the mouse, or by keyboard alone. */
export const hands = {
  mouse: {
    press: (page, selector) => page.locator(selector).first().click(),
    tick: (page, selector) => page.locator(selector).first().check(),
    type: (page, selector, text) => page.locator(selector).first().fill(text),
    choose: (page, selector, value) => page.locator(selector).first().selectOption(value),
  },
  keyboard: {
    press: async (page, selector) => {
      await tabTo(page, selector, 300);
      await page.keyboard.press('Enter');
    },
    tick: async (page, selector) => {
      await tabTo(page, selector, 300);
      await page.keyboard.press('Space');
    },
    type: async (page, selector, text) => {
      await tabTo(page, selector, 300);
      await page.keyboard.press('Control+a');
      await page.keyboard.type(text);
    },
    choose: async (page, selector, value) => {
      await tabTo(page, selector, 300);
      for (let n = 0; n < 60; n += 1) {
        if (await page.evaluate(() => document.activeElement.value) === value) return;
        await page.keyboard.press('ArrowDown');
      }
      throw new Trouble(`by arrows nobody comes to ${value} in ${selector}`);
    },
  },
};
