import type { Page } from 'playwright-core';

/** @throws {Error} Unless a condition holds. */
export function insist(condition: boolean, state: string): asserts condition {
  if (!condition) throw new Error(state);
}

/** @throws {Error} If a page can be scrolled sideways. */
export async function insistOnFit(page: Page, name = 'the page'): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  insist(overflow <= 0, `${name} is ${overflow} px wider than the window`);
}

/** The text of the first element of a selector, in one line. */
export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).first().innerText()).replaceAll(/\s+/g, ' ');
}
