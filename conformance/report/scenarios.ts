import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { findByAxe, withoutPolicy } from '../browser/axe.ts';
import { insist, insistOnFit, textOf } from '../browser/insist.ts';
import type { Look } from '../browser/with-chromium.ts';

/** One action of a reader. */
interface Scenario extends Look {
  readonly file: string;
  /**
   * Throws if the page is not as it should be.
   *
   * @param screenshots Folder for screenshots of parts of it.
   * @returns What was seen.
   */
  readonly run: (page: Page, screenshots: string) => Promise<string | void>;
}

const status = (page: Page): Promise<string> => textOf(page, '.status');
const waitForLines = (page: Page): Promise<unknown> =>
  page.waitForSelector('.list li .record-text > bdi:not(:empty)');

async function search(page: Page, text: string): Promise<string> {
  await page.fill('#search', text);
  await page.waitForSelector('[data-search-ms]');
  return await status(page);
}

/** Serious and critical findings of axe are failures. */
async function checkAccessibility(page: Page): Promise<string> {
  const { serious, ids, passed } = await withoutPolicy(page, async () => {
    await page.waitForSelector('#records');
    await waitForLines(page);
    if (page.url().includes('record=')) await page.waitForSelector('dialog[open] .answer');
    return await findByAxe(page);
  });
  insist(serious.length === 0, serious.join('\n        '));
  return `axe: ${passed} rules, nothing serious${ids.length === 0 ? '' : `; besides ${ids.join(', ')}`}`;
}

const judged: Scenario[] = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({
    name: `shows agreement with people, judges and tool calls at ${width} px, ${scheme}`,
    file: 'judged.html',
    width,
    scheme,
    async run(page: Page, screenshots: string) {
      await waitForLines(page);
      const card = page.locator('.card').filter({ hasText: 'Agreement with people' });
      await card.locator('summary').click();
      const said = (await card.innerText()).replaceAll(/\s+/g, ' ');
      insist(
        /exact-match human 60 \d+\.\d % \d+\.\d % \d\.\d{3} 0\.\d{3} – 0\.\d{3}/.test(said),
        said,
      );
      insist(/exact-match 0 33\.3 % 36\.7 %/.test(said), said);
      insist(said.includes('against:human|n:60|err:missing|stat:kappa|ci:asymptotic'), said);
      const notices = (await page.locator('.notice').allInnerTexts()).join(' ');
      insist(notices.includes('asks the tested model itself'), notices);
      await card.screenshot({ path: join(screenshots, `agreement-${width}-${scheme}.png`) });
      await page.locator('.list li button').nth(1).click();
      await page.waitForSelector('dialog[open] .answer');
      const calls = await textOf(page, 'dialog .tool-calls');
      insist(calls.includes('get_weather call_1') && calls.includes('"days": 3'), calls);
      await page.getByText('2 judgements').first().click();
      const judges = await textOf(page, 'dialog .evaluations');
      insist(judges.includes('lynx (other first): 1'), judges);
      insist(judges.includes('judged by the tested model itself'), judges);
      await page.locator('dialog .answer').first().scrollIntoViewIfNeeded();
      await page
        .locator('dialog .answer')
        .first()
        .screenshot({ path: join(screenshots, `judged-${width}-${scheme}.png`) });
      await insistOnFit(page);
      return await checkAccessibility(page);
    },
  })),
);

const looks: Scenario[] = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).flatMap((scheme) => [
    {
      name: `looks right at ${width} px, ${scheme}`,
      file: 'small.html',
      width,
      scheme,
      async run(page: Page) {
        await waitForLines(page);
        await insistOnFit(page);
        return await checkAccessibility(page);
      },
    },
    {
      name: `shows a record at ${width} px, ${scheme}`,
      file: 'small.html',
      width,
      scheme,
      async run(page: Page) {
        await waitForLines(page);
        await page.locator('.list li button').nth(2).click();
        await page.waitForSelector('dialog[open] .answer');
        return await checkAccessibility(page);
      },
    },
  ]),
);

/** All of them, in order. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'opens 50,000 rows and finds a text in them',
    file: 'large.html',
    async run(page) {
      const shown = await page.evaluate(
        () => performance.getEntriesByName('report-shown')[0]!.startTime,
      );
      const started = performance.now();
      insist((await search(page, 'the answer is 123')).includes('of 50,000'), await status(page));
      const ms = performance.now() - started;
      const first = await textOf(page, '.list li .record-id');
      await page.locator('.list li button').first().click();
      await page.waitForSelector('dialog[open] .answer');
      const answer = await textOf(page, 'dialog .answer pre');
      insist(/the answer is 123/i.test(answer), `record ${first} answers ${answer}`);
      return `first view after ${Math.round(shown)} ms, search ${Math.round(ms)} ms`;
    },
  },
  {
    name: 'scrolls to the end of 50,000 records by keyboard',
    file: 'large.html',
    async run(page) {
      await waitForLines(page);
      await page.locator('.list li button').first().focus();
      await page.keyboard.press('End');
      await page.waitForFunction(
        () => document.activeElement?.getAttribute('data-position') === '49999',
      );
      await page.keyboard.press('Enter');
      await page.waitForSelector('dialog[open] .answer');
      insist((await textOf(page, '#record-title')).includes('problem-49999'), 'another record');
      await page.keyboard.press('Escape');
      await page.waitForSelector('dialog:not([open])', { state: 'attached' });
      const nodes = await page.locator('.list li').count();
      insist(nodes < 60, `${nodes} entries are in the document`);
    },
  },
  {
    name: 'shows the records of a cell of the matrix',
    file: 'small.html',
    async run(page) {
      const cell = page.getByRole('button', { name: /A right, B wrong/ });
      const count = await cell.innerText();
      await cell.click();
      await page.waitForFunction(() => location.hash.includes('cell=right-wrong'));
      insist((await status(page)).startsWith(`${count} records of 400`), await status(page));
      await page.goBack();
      insist((await status(page)).startsWith('400 records'), await status(page));
    },
  },
  {
    name: 'keeps filters in the address',
    file: 'small.html',
    async run(page) {
      await page.selectOption('section[aria-labelledby="records"] select >> nth=1', { index: 2 });
      await page.selectOption('section[aria-labelledby="records"] select >> nth=2', 'wrong');
      await search(page, 'APPLE river');
      const before = await status(page);
      insist(!before.startsWith('Found in 0 records'), before);
      const hash = new URL(page.url()).hash;
      insist(/group=1/.test(hash) && /show=wrong/.test(hash) && /q=APPLE/.test(hash), hash);
      await page.reload();
      await page.waitForSelector('[data-search-ms]');
      const records = (text: string): string => text.replace(/^.*?: /, '');
      insist(
        records(await status(page)) === records(before),
        `${await status(page)}, was ${before}`,
      );
      return records(before);
    },
  },
  {
    name: 'leafs through records and shows a word diff',
    file: 'small.html',
    async run(page) {
      await waitForLines(page);
      await page.locator('.list li button').first().click();
      await page.waitForSelector('dialog[open] .answer');
      await page.keyboard.press('ArrowRight');
      await page.waitForFunction(() =>
        document.querySelector('#record-title')?.textContent?.includes('problem-00001'),
      );
      // The texts of a record are unpacked after its title is shown.
      await page.waitForSelector('dialog[open] .answer');
      insist((await page.locator('dialog .answer').count()) === 9, 'not all epochs of all models');
      await page.locator('dialog .toggle input').first().check();
      await page.waitForSelector('dialog pre.diff');
      insist((await page.locator('dialog pre.diff ins').count()) > 0, 'no word is marked');
      await page.getByRole('button', { name: 'Close' }).click();
      await page.waitForFunction(() => !location.hash.includes('record='));
    },
  },
  {
    name: 'says what changed between two runs',
    file: 'two.html',
    async run(page) {
      const table = await textOf(page, 'section[aria-labelledby="comparison"] .scroll table');
      insist(/exact-match .*pp/.test(table), table);
      await page.selectOption('section[aria-labelledby="comparison"] select >> nth=0', {
        index: 1,
      });
      await page.selectOption('section[aria-labelledby="comparison"] select >> nth=1', {
        index: 0,
      });
      const turned = await textOf(page, 'section[aria-labelledby="comparison"] .scroll table');
      const sign = (text: string): string => /exact-match\s*([+−])/.exec(text)?.[1] ?? '';
      insist(sign(table) !== sign(turned), `${table} and ${turned}`);
      return await checkAccessibility(page);
    },
  },
  {
    name: 'shows hostile texts as texts',
    file: 'hostile.html',
    async run(page) {
      await page.evaluate('globalThis.owned = () => { globalThis.isOwned = true; }');
      const count = await page.evaluate(() => document.querySelectorAll('.list li').length);
      for (let record = 0; record < 23; record += 1) {
        await page.evaluate(`location.hash = 'record=${record}'`);
        await page.waitForFunction(
          (index) =>
            document.querySelector('#record-title')?.textContent?.includes(`Record ${index}`),
          record,
        );
        await page.waitForSelector('dialog[open] .answer .failure');
      }
      const strange = await page.evaluate(
        () =>
          document.querySelectorAll('main img, main script, main iframe, main a, main svg [onload]')
            .length,
      );
      insist(strange === 0, `${strange} elements are untrusted`);
      insist((await page.evaluate('globalThis.isOwned')) !== true, 'an untrusted script ran');
      insist((await page.title()) === '<img src=x onerror=owned()>', await page.title());
      insist((await page.locator('.hidden-character').count()) === 0 || count > 0, 'no list');
      return 'every record of them';
    },
  },
  {
    name: 'bears a text of two million characters',
    file: 'huge.html',
    async run(page) {
      await waitForLines(page);
      await page.locator('.list li button').first().click();
      await page.waitForSelector('dialog[open] .answer');
      await page.locator('dialog .answer .toggle input').check();
      insist((await textOf(page, 'dialog .answer')).includes('too long'), 'it was compared');
    },
  },
  {
    name: 'scores an answer that the reader changes',
    file: 'plugins.html',
    async run(page) {
      await waitForLines(page);
      await page.locator('.list li button').first().click();
      await page.waitForSelector('dialog[open] .answer');
      const card = page.locator('dialog .answer').first();
      await card.getByText('Try another answer').click();
      const expected = await textOf(page, 'dialog pre[aria-label="expected"]');
      const outcome = async (answer: string, options: string): Promise<string> => {
        await card.getByLabel('Answer (expected stays)').fill(answer);
        await card.getByLabel('Options of the evaluator').fill(options);
        await card.getByRole('button', { name: 'Score' }).click();
        await page.waitForFunction(
          () => (document.querySelector('.try-outcome')?.textContent ?? '') !== '',
        );
        await page.waitForTimeout(300);
        return await textOf(page, '.try-outcome');
      };
      const right = await outcome(expected, '{}');
      insist(right.startsWith('Score 1'), right);
      const wrong = await outcome(`${expected} apples`, '{}');
      insist(wrong.startsWith('Score 0'), wrong);
      const broken = await outcome(expected, '{"none": 1');
      insist(!broken.startsWith('Score'), broken);
      return `${right}; ${wrong}`;
    },
  },
  ...judged,
  ...looks,
];
