import type { Page } from 'playwright-core';

import type { Look } from '../browser/with-chromium.ts';

/** What a reader does on one page of the site. */
interface Scenario extends Look {
  readonly address: string;
  /** @returns What was seen, for the list. */
  readonly run?: (page: Page) => Promise<string>;
}

const PHONE = 390;

/** One of each kind of page, alternately wide and narrow, light and dark. */
const LOOKED_AT: readonly [name: string, address: string][] = [
  ['first page', '/'],
  ['guide', '/comparing/'],
  ['tutorial', '/writing-a-plugin/'],
  ['diagram', '/architecture/'],
  ['reference of an SDK', '/sdk-assemblyscript/'],
  ['command', '/reference/cli/run/'],
  ['commands', '/reference/cli/'],
  ['configuration', '/reference/configuration/'],
  ['error codes', '/errors/'],
  ['error code', '/errors/call_deadline_exceeded/'],
  ['limits', '/reference/limits/'],
  ['host functions', '/reference/host-functions/'],
  ['package', '/packages/core/'],
  ['decision', '/decisions/2026-11-30-ties-count/'],
  ['changelog', '/changelog/'],
];

export const SCENARIOS: readonly Scenario[] = [
  ...LOOKED_AT.flatMap(([name, address]): Scenario[] => [
    { name: `${name} wide light`, address, width: 1280, scheme: 'light' },
    { name: `${name} narrow dark`, address, width: PHONE, scheme: 'dark' },
  ]),
  { name: 'search a metric', address: '/', run: (page) => search(page, 'exact-match') },
  {
    name: 'search an error code',
    address: '/comparing/',
    run: async (page) => {
      const found = await search(page, 'CALL_DEADLINE_EXCEEDED');
      await page.locator('#starlight__search a[href*="call_deadline_exceeded"]').first().click();
      await page.waitForURL('**/errors/call_deadline_exceeded/**');
      return found;
    },
  },
  {
    name: 'search by keyboard on a phone',
    address: '/',
    width: PHONE,
    scheme: 'dark',
    run: async (page) => {
      await page.keyboard.press('Control+k');
      await page.locator('site-search dialog').waitFor();
      return search(page, 'isolation');
    },
  },
  {
    name: 'menu on a phone',
    address: '/',
    width: PHONE,
    run: async (page) => {
      await page.getByRole('button', { name: 'Menu' }).click();
      await page.getByRole('link', { name: 'Writing a plugin', exact: true }).click();
      await page.waitForURL('**/writing-a-plugin/');
      return 'led to a page';
    },
  },
  {
    name: 'choose dark',
    address: '/',
    run: async (page) => {
      await page.getByLabel('Select theme').first().selectOption('dark');
      const theme = await page.locator('html').getAttribute('data-theme');
      if (theme !== 'dark') throw new Error(`the theme is ${theme}`);
      return 'dark';
    },
  },
  {
    name: 'a page that is not there',
    address: '/nowhere/',
    run: async (page) => {
      await page.getByText('404').first().waitFor();
      return 'says so';
    },
  },
  {
    name: 'API reference',
    address: '/api/',
    run: async (page) => {
      await page.getByRole('link', { name: /core/ }).first().waitFor();
      return page.title();
    },
  },
  { name: 'playground', address: '/playground/', run: playground },
  {
    name: 'playground on a phone',
    address: '/playground/',
    width: PHONE,
    scheme: 'dark',
    run: playground,
  },
];

/** Compiles the example in the page and runs it over the page's records. */
async function playground(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Load the example' }).click();
  await page.getByLabel('Records of').selectOption({ label: 'Arithmetic (10 answers)' });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  // A compiler of 3 MB starts first.
  await page.getByText('Ran 10 records').waitFor({ timeout: 120_000 });
  await page.getByText('7 of 10', { exact: true }).waitFor();
  return '7 of 10';
}

/** Types into the search, after opening it, and waits for its results. */
async function search(page: Page, query: string): Promise<string> {
  const dialog = page.locator('site-search dialog');
  if (!(await dialog.isVisible()))
    await page.locator('site-search button[data-open-modal]').click();
  const input = page.getByPlaceholder('Search');
  await input.waitFor();
  await input.fill(query);
  const results = page.locator('.pagefind-ui__result');
  await results.first().waitFor();
  const text = (await results.allInnerTexts()).join(' ').toLowerCase();
  if (!text.includes(query.toLowerCase())) throw new Error(`the results do not name ${query}`);
  return `${await results.count()} results shown`;
}
