import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
  readonly passes: readonly unknown[];
}

/** What axe finds by the rules of WCAG 2.2 AA and good practice. */
export interface AxeFindings {
  /** Serious and critical findings, with the first elements that have them: these are failures. */
  readonly serious: readonly string[];
  /** Ids of all findings. */
  readonly ids: readonly string[];
  /** Number of rules that the page keeps. */
  readonly passed: number;
}

/** Lets axe look at a page in its current state. */
export async function findByAxe(page: Page): Promise<AxeFindings> {
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate<AxeResults>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return {
    serious: serious.map(
      ({ id, nodes }) => `axe: ${id}: ${nodes.slice(0, 3).map(say).join(' | ')}`,
    ),
    ids: violations.map(({ id }) => id),
    passed: passes.length,
  };
}

function say({ html, failureSummary }: AxeResults['violations'][number]['nodes'][number]): string {
  return `${html.slice(0, 160)} ${failureSummary}`;
}

/** Runs something on a page, loaded again without its policy: a policy that allows no scripts does not allow axe either. */
export async function withoutPolicy<Result>(
  page: Page,
  act: () => Promise<Result>,
): Promise<Result> {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setBypassCSP', { enabled: true });
  await page.reload();
  const result = await act();
  await session.send('Page.setBypassCSP', { enabled: false });
  return result;
}
