import type { Page } from 'playwright-core';

import { findByAxe, withoutPolicy } from '../browser/axe.ts';
import { insist, insistOnFit } from '../browser/insist.ts';
import { PATHS } from './paths.ts';
import type { Scenario, Studied } from './scenario.ts';

const PAGES: readonly { readonly path: string; readonly ready: string }[] = [
  { path: '/', ready: 'table' },
  { path: '/run?run=runs/before', ready: '.list li' },
  { path: '/compare?run=runs/before&run=runs/after', ready: '.list li' },
  { path: '/score?run=runs/before', ready: 'form' },
  { path: '/labels?run=runs/before', ready: '#labelling' },
  { path: '/data', ready: 'table' },
  { path: '/data?path=data/sums.jsonl', ready: 'table' },
  { path: '/plugins', ready: '[role=status]' },
  { path: '/analytics', ready: 'table' },
  { path: '/editor', ready: 'h1' },
];

/** Serious and critical findings of axe are failures. @returns The number of rules that the page keeps. */
async function checkAccessibility(page: Page, ready: string): Promise<number> {
  const { serious, passed } = await withoutPolicy(page, async () => {
    await page.waitForSelector(ready);
    return await findByAxe(page);
  });
  insist(serious.length === 0, serious.join('\n        '));
  return passed;
}

const looks: Scenario[] = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({
    name: `looks right at ${width} px, ${scheme}`,
    width,
    scheme,
    async run(page: Page, { origin, screenshots }: Studied) {
      let rules = 0;
      for (const { path, ready } of PAGES) {
        await page.goto(origin + path);
        await page.waitForSelector(ready);
        await insistOnFit(page, path);
        const file = path.replaceAll(/\W+/g, '-');
        await page.screenshot({
          path: `${screenshots}/page${file}-${width}-${scheme}.png`,
          fullPage: true,
        });
        rules += await checkAccessibility(page, ready);
      }
      return `${PAGES.length} pages, axe: ${rules} rules, nothing serious`;
    },
  })),
);

/** All of them, in order. */
export const SCENARIOS: readonly Scenario[] = [...PATHS, ...looks];
