import { createRequire } from 'node:module';

import type { Page } from 'playwright-core';

import { PATHS } from './paths.ts';
import { insist, type Scenario, type Studied } from './scenario.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
  readonly passes: readonly unknown[];
}

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

/** Rules of WCAG 2.2 AA and good practice; serious and critical findings are failures. */
async function checkAccessibility(page: Page, ready: string): Promise<number> {
  // From outside the page's world: its policy allows no scripts.
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setBypassCSP', { enabled: true });
  await page.reload();
  await page.waitForSelector(ready);
  await page.addScriptTag({ path: AXE });
  const { violations, passes } = await page.evaluate<AxeResults>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  await session.send('Page.setBypassCSP', { enabled: false });
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  insist(
    serious.length === 0,
    serious
      .map(({ id, nodes }) => `axe: ${id} ${nodes[0]?.html} ${nodes[0]?.failureSummary}`)
      .join('\n        '),
  );
  return passes.length;
}

const looks: Scenario[] = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({
    name: `looks right at ${width} px, ${scheme}`,
    width,
    scheme,
    async run(page: Page, { origin, screenshots }: Studied & { origin: string }) {
      let rules = 0;
      for (const { path, ready } of PAGES) {
        await page.goto(origin + path);
        await page.waitForSelector(ready);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        insist(overflow <= 0, `${path} is ${overflow} px wider than the window`);
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
