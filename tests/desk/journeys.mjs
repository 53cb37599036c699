// The journeys of a day at the desk, each in a real browser: with the mouse or by keyboard alone, and
// every page for accessibility, in light and dark, in Polish and English. Told in DESK (JSON): the
// address, who there is, and what was scanned. Prints a line for each journey; ends with 1 if one failed.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Desk, Trouble, check, hands, tabTo } from './browser.mjs';

const told = JSON.parse(readFileSync(process.env.DESK, 'utf8'));
const desk = await new Desk(told.url, told.pictures).open();
const failed = [];
const figures = {};

async function journey(name, walk) {
  if (process.env.ONLY && !name.includes(process.env.ONLY)) return;
  const began = Date.now();
  let page;
  try {
    await walk(async (options) => (page = await desk.person(options)));
    console.log(`ok    ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed.push(name);
    if (page) await page.screenshot({ path: `${told.pictures}/failed-${failed.length}.jpg`, type: 'jpeg' }).catch(() => {});
    console.log(`FAIL  ${name}: ${error instanceof Trouble ? error.message : error.stack}\n      at ${page?.url()}`);
  } finally {
    await page?.context().close();
  }
}

const text = (page, selector) => page.locator(selector).first().innerText();

/** Looks again until something holds: indexing goes on beside. */
async function until(holds, what) {
  for (let n = 0; n < 300; n += 1) {
    if (await holds()) return;
    await new Promise((go) => setTimeout(go, 200));
  }
  throw new Trouble(what);
}

async function ask(page, query) {
  await page.goto(`${told.url}/search`);
  await page.fill('#q', query);
  await page.press('#q', 'Enter');
  await page.waitForURL(/\/search\/.+/);
}

await journey('first start to the first result, by keyboard alone', async (person) => {
  const page = await person();
  await page.goto(told.url);
  await tabTo(page, 'input[name="name"]');
  await page.keyboard.type('administrator');
  await tabTo(page, 'input[name="password"]');
  await page.keyboard.type(told.first.password);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/me$/);
  check((await text(page, '.wrong')).includes('najpierw'), 'the first thing is a password of one\'s own');
  await tabTo(page, 'input[name="current"]');
  await page.keyboard.type(told.first.password);
  await page.keyboard.press('Tab');
  await page.keyboard.type(told.first.next);
  await page.keyboard.press('Tab');
  await page.keyboard.type(told.first.next);
  await page.keyboard.press('Enter');
  await page.waitForURL(/said=password/);
  await tabTo(page, 'nav a[href="/people"]');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/people$/);
  await tabTo(page, 'form[action="/people"] input[name="name"]', 300);
  await page.keyboard.type('n.nowa');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Nina Nowa');
  await tabTo(page, 'input[name="role"][value="archivist"]');
  await page.keyboard.press('Space');
  await tabTo(page, 'form[action="/people"] button.main');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.secret code');
  const once = (await text(page, '.secret code')).trim();
  await tabTo(page, 'form[action="/sign-out"] button');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/sign-in/);
  await desk.signIn(page, 'n.nowa', once);
  await page.waitForURL(/\/me$/);
  await page.fill('input[name="current"]', once);
  await page.fill('input[name="new"]', 'cztery małe żółwie');
  await page.fill('input[name="again"]', 'cztery małe żółwie');
  await page.press('input[name="again"]', 'Enter');
  await page.waitForURL(/said=password/);
  await page.goto(told.url);
  await page.keyboard.type(told.inflected);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search\/.+/);
  check((await page.locator('.hit').count()) > 0, `${told.inflected} finds nothing`);
});

await journey('find an agreement by an inflected name and read it, by keyboard alone', async (person) => {
  const page = await person();
  await desk.signIn(page, 'a.nowak', told.password);
  check(new URL(page.url()).pathname === '/search', 'an archivist begins with searching');
  await page.keyboard.type(told.inflected);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search\/.+/);
  check(!decodeURIComponent(page.url()).toLowerCase().includes(told.inflected.toLowerCase()), 'the address names nobody');
  check((await page.locator('.hit').count()) > 0, `${told.inflected} finds nothing`);
  check((await page.locator('.hit mark').count()) > 0, 'nothing is marked in the snippets');
  await page.locator('body').press('j');
  check(await page.evaluate(() => document.activeElement?.closest('.hit') !== null), 'j goes to the first hit');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/documents\//);
  check((await page.locator('.scan .marks .hit').count()) > 0, 'the hits are marked on the scan');
  check((await page.locator('.scan .words tspan').count()) > 20, 'the words can be selected');
  const drawn = await page.waitForFunction(() => {
    const image = document.querySelector('.scan image');
    return performance.getEntriesByName(new URL(image.getAttribute('href'), location.href).href).length > 0;
  });
  check(await drawn.jsonValue(), 'the page is seen');
  await tabTo(page, 'a[data-zoom="width"]');
  await page.keyboard.press('Enter');
  await page.waitForURL(/zoom=width/);
  await page.keyboard.press('r');
  await page.waitForURL(/turn=90/);
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await page.waitForURL(/\/search\/.+/);
  check((await page.locator('.hit').count()) > 0, 'going back shows the results again');
});

await journey('a field says why, and its pixels are pointed at', async (person) => {
  const page = await person();
  await desk.signIn(page, 'a.nowak', told.password);
  await page.goto(`${told.url}/documents/${told.agreement}`);
  const field = page.locator('.fields .field').first();
  await field.locator('summary').click();
  check((await field.locator('.why li').count()) > 1, 'why says the words, the rule and how sure it is');
  await field.locator('a[href*="field="]').click();
  await page.waitForURL(/field=/);
  check((await page.locator('.scan .marks .on').count()) > 0, 'the field is marked on the scan');
});

/** A journey with the mouse, and by keyboard alone. */
async function both(name, walk) {
  await journey(`${name}, by keyboard alone`, async (person) => walk(person, hands.keyboard, true));
  await journey(name, async (person) => walk(person, hands.mouse, false));
}

await both('correct a field and see search follow', async (person, hand, keys) => {
  const page = await person();
  const number = keys ? 'KLAWISZ/12/2026' : 'POPRAWIONY/77/2026';
  await desk.signIn(page, 'a.nowak', told.password);
  await page.goto(`${told.url}/documents/${told.agreement}`);
  const field = '.fields [data-of="agreement_number"]';
  await hand.press(page, `${field} summary`);
  await hand.type(page, `${field} input[name="value"]`, number);
  await hand.type(page, `${field} input[name="why"]`, 'czytelne na oryginale');
  await hand.press(page, `${field} button`);
  await page.waitForURL(/said=corrected/);
  check((await text(page, field)).includes(number), 'the page shows the new value');
  await until(async () => {
    await ask(page, `umowa:${number}`);
    return (await page.locator('.hit').count()) === 1;
  }, 'search does not follow');
});

await journey('review by keyboard alone, and two reviewers never get one document', async (person) => {
  const page = await person();
  await desk.signIn(page, 'r.bystra', told.password);
  const other = await desk.person();
  await desk.signIn(other, 'j.drugi', told.password);
  await other.goto(`${told.url}/review/next`);
  const theirs = other.url();
  await page.goto(`${told.url}/review`);
  await tabTo(page, 'a[href="/review/next"]');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/review\/[^n]/);
  const efforts = [];
  await desk.picture(page, 'review-fields.pl');
  for (let n = 0; n < 10 && /\/review\/[0-9]/.test(page.url()); n += 1) {
    const here = page.url();
    check(here.split('?')[0] !== theirs.split('?')[0], 'the other reviewer has this document');
    const items = await page.locator('.item').count();
    if (items > 0) {
      const seen = await page.evaluate(() => {
        const item = document.activeElement.closest('.item');
        const mark = item && document.querySelector(`.sheet.now .marks [data-of="${item.dataset.of}"]`);
        if (!item || item.classList.contains('missing') || !mark) return true;
        const [a, b] = [mark.getBoundingClientRect(), document.querySelector('.sheet.now').getBoundingClientRect()];
        return a.left >= b.left - 1 && a.right <= b.right + 1 && a.top >= b.top - 1 && a.bottom <= b.bottom + 1 && a.width > 8;
      });
      check(seen, 'the pixels of the field that has the focus are in view');
    }
    let keys = 0;
    do {
      await page.keyboard.press('Enter');
      keys += 1;
      if (keys <= items) await page.waitForTimeout(10);
    } while (keys < Math.max(items, 1));
    await page.waitForURL((url) => url.href !== here);
    check(!(await page.locator('.wrong').count()), `a review was refused: ${await page.locator('.wrong').allInnerTexts()}`);
    efforts.push({ items, keys });
  }
  await other.context().close();
  check(efforts.length >= 3, `only ${efforts.length} documents were reviewed`);
  figures.review = efforts;
});

await journey('a review says what is not there, adds what was not found, and puts a document aside', async (person) => {
  const page = await person();
  await desk.signIn(page, 'j.drugi', told.password);
  await page.goto(`${told.url}/review/${told.kept}`);
  const before = await page.locator('.item').count();
  await page.locator('details.add summary').click();
  await page.selectOption('[data-add]', 'client_number');
  await page.keyboard.type('KL-0815');
  await page.click('button[value="save"]');
  await page.waitForURL(/said=saved/);
  await page.goto(`${told.url}/documents/${told.kept}`);
  check((await text(page, '.fields [data-of="client_number"]')).includes('KL-0815'), 'the added field is in the record');
  await page.goto(`${told.url}/review/${told.kept}`);
  check((await page.locator('.item').count()) <= before, 'what was accepted is not asked again');
  const scan = await page.locator('.sheet.now .scan').boundingBox();
  if (scan && (await page.locator('.item').count())) {
    const read = page.waitForResponse((answer) => answer.url().endsWith('/read'));
    await page.mouse.move(scan.x + scan.width * 0.3, scan.y + scan.height * 0.3);
    await page.mouse.down();
    await page.mouse.move(scan.x + scan.width * 0.7, scan.y + scan.height * 0.45, { steps: 4 });
    await page.mouse.up();
    check((await read).status() === 200, 'a drawn rectangle is read again');
  }
  await page.fill('input[name="why"]', 'oddział szuka strony');
  await page.click('button[value="postpone"]');
  await page.waitForURL(/said=postponed/);
});

await journey('a verdict is taken back, and a type is changed', async (person) => {
  const page = await person();
  await desk.signIn(page, 'a.nowak', told.password);
  await page.goto(`${told.url}/documents/${told.other}`);
  await page.locator('details:has(select[name="kind"]) summary').click();
  await page.selectOption('select[name="kind"]', 'surety');
  await page.click('form[action$="/kind"] button');
  await page.waitForURL(/said=kind/);
  check((await text(page, 'h1')).includes('poręczenia'), 'the document is of the new type');
  await page.goto(`${told.url}/review/${told.other}`);
  await page.click('button[value="confirm"]');
  await page.waitForURL(/said=confirmed/);
  await page.click('form[action$="/undo"] button');
  await page.waitForURL(/said=undone/);
  check(page.url().includes(`/review/${told.other}`), 'the document is back');
  await page.click('button[value="confirm"]');
  await page.waitForURL(/said=confirmed/);
});

await both('hold what was found, and release it', async (person, hand, keys) => {
  const page = await person({ language: keys ? 'en' : 'pl' });
  await desk.signIn(page, 'k.zgodna', told.password);
  await ask(page, told.inflected);
  await hand.tick(page, '.hit input[type="checkbox"]');
  await hand.press(page, 'button[value="hold"]');
  await page.waitForURL(/\/holds\/new/);
  await hand.type(page, 'input[name="matter"]', 'I C 77/26');
  await hand.type(page, 'input[name="authority"]', 'Sąd Okręgowy w Łodzi');
  await hand.press(page, 'button.main');
  await page.waitForURL(/said=held/);
  check((await text(page, '#holds')).includes('I C 77/26'), 'the hold is listed');
  await hand.press(page, '#holds details summary');
  await hand.type(page, '#holds input[name="why"]', 'sprawa prawomocnie zakończona');
  await hand.press(page, '#holds details button');
  await page.waitForURL(/said=released/);
});

await both('a package for a court, taken and verified', async (person, hand, keys) => {
  const page = await person();
  await desk.signIn(page, 'k.zgodna', told.password);
  await ask(page, told.inflected);
  await hand.tick(page, '.hit input[type="checkbox"]');
  await hand.press(page, 'button[value="package"]');
  await page.waitForURL(/\/packages\?on=/);
  await hand.choose(page, 'select[name="entitled"]', 'court.civil_procedure');
  await hand.type(page, 'input[name="purpose"]', keys ? 'I C 77/26, postanowienie z 12.11.2026' : 'II K 5/26, wezwanie z 20.11.2026');
  await hand.press(page, '#new button.main');
  await page.waitForURL(/said=package/);
  const made = keys ? 1 : 2;
  await until(async () => {
    await page.goto(`${told.url}/packages`);
    return (await page.locator('a[href$="/file"]').count()) === made;
  }, 'the package is not made');
  const [download] = await Promise.all([page.waitForEvent('download'), hand.press(page, 'a[href$="/file"]')]);
  const file = `${told.pictures}/package-${made}.tar`;
  await download.saveAs(file);
  const said = execFileSync(told.program, ['verify', file], { encoding: 'utf8' });
  check(said.includes(': valid,'), `verify says: ${said}`);
});

await both('disposal with two people and every opinion', async (person, hand, keys) => {
  const page = await person();
  const by = async (name, act) => {
    await desk.signIn(page, name, told.password);
    await act();
    await page.context().clearCookies({ name: 'kartoteka' });
  };
  let list;
  await by('z.akt', async () => {
    await page.goto(`${told.url}/records`);
    await hand.press(page, 'a[href^="/records?due"]');
    await page.waitForURL(/due=yes/);
    check((await page.locator('form[action="/disposals"]').count()) > 0, 'what is due is shown');
    await hand.type(page, 'input[name="title"]', 'Brakowanie 2026');
    await hand.press(page, 'form[action="/disposals"] button');
    await page.waitForURL(/\/disposals\/\d+/);
    list = page.url().split('?')[0];
    check((await page.locator('form[action$="/approval"]').count()) === 0, 'who prepared it does not approve it');
  });
  const opinion = async (role) => {
    await page.goto(list);
    await hand.choose(page, 'form[action$="/opinion"] select', role);
    await hand.press(page, 'form[action$="/opinion"] button[value="for"]');
    await page.waitForURL(/said=opinion/);
  };
  const approval = async () => {
    await page.goto(list);
    await hand.press(page, 'form[action$="/approval"] button[value="for"]');
    await page.waitForURL(/said=approval/);
  };
  await by('a.nowak', async () => opinion('archivist'));
  if (keys) {
    await by('z.akt', async () => {
      await page.goto(list);
      await hand.press(page, 'form[action$="/abandon"] button');
      await page.waitForURL(/said=abandoned/);
    });
    return;
  }
  await by('k.zgodna', async () => {
    await opinion('compliance');
    await opinion('data_protection');
    await opinion('expert');
    await approval();
  });
  await by('k.druga', async () => {
    await approval();
    const acts = await page.locator('section ul.rows li').count();
    check(acts >= 6, `${acts} opinions and approvals are listed`);
    check((await text(page, '.facts .tag')).includes('zatwierdzony'), 'two approvals approve it');
  });
});

await both('a station\'s bad batch: why it is parked, and once more', async (person, hand) => {
  const page = await person();
  await desk.signIn(page, 'a.nowak', told.password);
  await page.goto(`${told.url}/stations`);
  check((await page.locator('.parked li').count()) > 0, 'the bad file is shown');
  check((await text(page, '.parked li')).includes(told.bad), 'it says which file it is');
  await hand.press(page, '.parked button[value="retry"]');
  await page.waitForURL(/said=retry/);
  await until(async () => {
    await page.goto(`${told.url}/stations`);
    return (await page.locator('.parked li').count()) > 0;
  }, 'what is still wrong is parked again');
  await page.goto(`${told.url}/stations/lodz-1`);
  check((await page.locator('tbody tr').count()) > 0, 'the station\'s days are shown');
  const sheets = await page.request.get(`${told.url}/stations/lodz-1/separators?copies=2&kind=annex`);
  check(sheets.headers()['content-type'] === 'application/pdf', 'separator sheets are a PDF');
});

await journey('files handed in at the desk are on intake\'s own path', async (person) => {
  const page = await person();
  await desk.signIn(page, 'a.nowak', told.password);
  await page.goto(`${told.url}/submissions`);
  await page.setInputFiles('[data-files]', told.fresh);
  await page.waitForFunction(() => /[0-9a-z]{26}/.test(document.querySelector('[data-sent] li')?.textContent ?? ''));
  await page.reload();
  check((await page.locator('tbody tr').count()) > 1, 'it is in the list');
});

await journey('nobody forges, guesses or looks where they may not', async (person) => {
  const page = await person();
  const answer = await page.request.get(`${told.url}/review`, { maxRedirects: 0 });
  check(answer.status() === 303 && answer.headers().location.startsWith('/sign-in'), 'who is not signed in is asked to');
  await desk.signIn(page, 's.skaner', told.password);
  check(new URL(page.url()).pathname === '/stations', 'a scanner\'s operator begins with stations');
  for (const path of ['/search', '/review', '/people', '/audit', `/documents/${told.agreement}`]) {
    const refused = await page.goto(`${told.url}${path}`);
    check(refused.status() === 403, `${path}: ${refused.status()}`);
    check((await text(page, 'h1')).length > 0 && (await text(page, '.lead')).length > 0, 'the refusal is a page');
  }
  const forged = await page.evaluate(async () => (await fetch('/sign-out', { method: 'POST', body: new URLSearchParams({ proof: '00' }) })).status);
  check(forged === 403, `a form without proof: ${forged}`);
});

await journey('lists and forms work without script', async () => {
  const context = await desk.browser.newContext({ javaScriptEnabled: false, locale: 'pl-PL' });
  const page = await context.newPage();
  try {
    await desk.signIn(page, 'a.nowak', told.password);
    await ask(page, told.inflected);
    check((await page.locator('.hit').count()) > 0, 'searching needs script');
    await page.locator('.hit h2 a').first().click();
    check((await page.locator('.scan image').count()) === 1, 'the scan needs script');
    check((await page.locator('.scan .marks .hit').count()) > 0, 'marks need script');
    await page.goto(`${told.url}/review/next`);
    if (/\/review\/[0-9]/.test(page.url())) {
      await page.click('button[value="confirm"]');
      check(/said=/.test(page.url()), 'the review needs script');
    }
  } finally {
    await context.close();
  }
});

// Every page: accessible in light and dark, readable at 200 %, with its picture in both languages.
const pages = [
  ['search', 'a.nowak', async (page) => page.goto(`${told.url}/search`)],
  ['results', 'a.nowak', async (page) => ask(page, told.common)],
  ['nothing-found', 'a.nowak', async (page) => ask(page, 'xyzzyplugh typ:aneks')],
  ['document', 'a.nowak', async (page) => { await ask(page, told.inflected); await page.locator('.hit h2 a').first().click(); await page.waitForURL(/documents/); }],
  ['print', 'a.nowak', async (page) => page.goto(`${told.url}/documents/${told.agreement}/print`)],
  ['credit-file', 'a.nowak', async (page) => page.goto(`${told.url}/files/${told.file}`)],
  ['review-queue', 'j.drugi', async (page) => page.goto(`${told.url}/review`)],
  ['review', 'j.drugi', async (page) => page.goto(`${told.url}/review/${told.kept}`)],
  ['stations', 'a.nowak', async (page) => page.goto(`${told.url}/stations`)],
  ['station', 'a.nowak', async (page) => page.goto(`${told.url}/stations/lodz-1`)],
  ['submissions', 'a.nowak', async (page) => page.goto(`${told.url}/submissions`)],
  ['records', 'z.akt', async (page) => page.goto(`${told.url}/records?due=yes`)],
  ['hold', 'k.zgodna', async (page) => page.goto(`${told.url}/holds/new?id=${told.agreement}`)],
  ['packages', 'k.zgodna', async (page) => page.goto(`${told.url}/packages`)],
  ['disposal', 'z.akt', async (page) => page.goto(`${told.url}/disposals/2`)],
  ['overview', 'a.nowak', async (page) => page.goto(`${told.url}/overview`)],
  ['people', 'administrator', async (page) => page.goto(`${told.url}/people`)],
  ['audit', 'administrator', async (page) => page.goto(`${told.url}/audit`)],
  ['me', 'a.nowak', async (page) => page.goto(`${told.url}/me`)],
  ['refused', 's.skaner', async (page) => page.goto(`${told.url}/review`)],
];
for (const [language, look] of [['pl', 'light'], ['en', 'dark']]) {
  await journey(`every page in ${language}, ${look}: accessible, and at 200 %`, async (person) => {
    const page = await person({ language, look });
    await page.goto(`${told.url}/sign-in`);
    await desk.accessible(page, `sign-in ${language} ${look}`);
    await desk.picture(page, `sign-in.${language}`);
    let signedIn;
    for (const [name, who, go] of pages) {
      if (who !== signedIn) {
        await page.context().clearCookies({ name: 'kartoteka' });
        await desk.signIn(page, who, who === 'administrator' ? told.first.next : told.password);
        signedIn = who;
      }
      await go(page);
      await desk.picture(page, `${name}.${language}`);
      await desk.accessible(page, `${name} ${language} ${look}`);
      const lang = await page.getAttribute('html', 'lang');
      check(lang === language, `${name} is in ${lang}`);
      const left = await page.evaluate(() => document.body.innerText.match(/\b(?:[a-z]+-)+[a-z]+ =|\{ \$/g));
      check(left === null, `${name} shows names of texts: ${left}`);
      // 200 % of a window of 1,280 pixels: what the browser's zoom leaves of it.
      await page.setViewportSize({ width: 640, height: 400 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      await page.setViewportSize({ width: 1280, height: 800 });
      check(over <= 2, `${name} at 200 % is ${over} pixels too wide`);
    }
  });
}

const violations = desk.axed.flatMap(({ name, violations }) => violations.map((violation) => `${name}: ${violation}`));
const passes = desk.axed.reduce((sum, { passes }) => sum + passes, 0);
console.log(`axe   ${desk.axed.length} pages, ${passes} checks passed, ${violations.length} violations`);
for (const violation of new Set(violations)) console.log(`      ${violation}`);
for (const wrong of new Set(desk.wrongs)) console.log(`wrong ${wrong}`);
if (figures.review) {
  const keys = figures.review.reduce((sum, { keys }) => sum + keys, 0);
  console.log(`keys  ${figures.review.length} documents reviewed: ${(keys / figures.review.length).toFixed(1)} keystrokes each (${figures.review.map(({ items, keys }) => `${keys} for ${items}`).join(', ')})`);
}
writeFileSync(`${told.pictures}/figures.json`, JSON.stringify({ axe: desk.axed, figures }, null, 1));
await desk.close();
process.exit(failed.length || violations.length || desk.wrongs.length ? 1 : 0);
