import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Page } from 'playwright-core';

import { insist, insistOnFit } from '../browser/insist.ts';
import type { Look } from '../browser/with-chromium.ts';
import { buildMetric, runOver } from './build-metric.ts';

/** One path through the page. */
interface Scenario extends Look {
  /** Returns a line about what it saw; throws if it was not as expected. */
  readonly run: (page: Page) => Promise<string>;
}

const shared =
  process.env['TESTBENCH_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url));
export const GSM8K = join(shared, 'data/gsm8k_model_solutions.jsonl');
const MODELS = [
  ['6b_finetuning', '286 of 1319'],
  ['6b_verification', '515 of 1319'],
  ['175b_finetuning', '458 of 1319'],
  ['175b_verification', '742 of 1319'],
] as const;

export const PLAYGROUND: readonly Scenario[] = [
  { name: 'builds the metric of GSM8K without typing code', run: buildForGsm8k },
  { name: 'shows a mistake at its line, and runs the mended source', run: mendMistake },
  { name: 'is used by keyboard', run: useKeyboard },
  { name: 'ends what does not end, and shows texts as texts', run: endEndless },
  { name: 'fits a phone, dark', width: 390, scheme: 'dark', run: loadExample },
  { name: 'fits a phone, light', width: 390, run: loadExample },
  { name: 'is dark', scheme: 'dark', run: loadExample },
];

async function buildForGsm8k(page: Page): Promise<string> {
  if (!existsSync(GSM8K)) return `SKIPPED: there is no ${GSM8K}`;
  await page.locator('input[type=file]').setInputFiles(GSM8K);
  await buildMetric(page);
  await page.getByRole('region', { name: /^Preview after step 4 of the left/ }).waitFor();
  const found: string[] = [];
  for (const [model, expected] of MODELS) {
    const choice = page.getByRole('combobox', { name: 'The answer is', exact: true });
    await choice.selectOption(`${model}.solution`);
    const right = await runOver(page, 1319);
    insist(right === expected, `${model}: ${right}, expected ${expected}`);
    found.push(right.split(' ')[0]!);
  }
  return found.join(', ');
}

async function loadExample(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Load the example' }).click();
  const right = await runOver(page, 10);
  insist(right === '7 of 10', `the example: ${right}`);
  await insistOnFit(page);
  return right;
}

async function mendMistake(page: Page): Promise<string> {
  await loadExample(page);
  await page.getByRole('button', { name: 'Source', exact: true }).click();
  const editor = page.getByRole('textbox', { name: 'Source of the plugin, in AssemblyScript' });
  const line = editor.locator('.cm-line', { hasText: 'text = strip(text);' }).first();
  await line.click();
  await page.keyboard.press('Home');
  await page.keyboard.type('stripp(text); ', { delay: 5 });
  await page.keyboard.press('Control+Enter');
  const mistake = page.getByRole('list', { name: 'Mistakes' }).getByText(/did you mean "strip"/);
  await mistake.waitFor();
  const place = await page
    .getByRole('button', { name: /^Line \d+$/ })
    .first()
    .textContent();
  await page.locator('.cm-lintRange-error').first().waitFor();
  await page
    .getByRole('button', { name: /^Line \d+$/ })
    .first()
    .click();
  await editor.press('Control+z');
  for (let count = 0; count < 30 && (await editor.getByText('stripp').count()) > 0; count += 1) {
    await editor.press('Control+z');
  }
  const right = await runOver(page, 10);
  insist(right === '7 of 10', `mended: ${right}`);
  return `${place ?? ''}, then ${right}`;
}

async function useKeyboard(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Source', exact: true }).focus();
  await page.keyboard.press('Enter');
  const editor = page.getByRole('textbox', { name: 'Source of the plugin, in AssemblyScript' });
  await editor.focus();
  await page.keyboard.press('Tab');
  const isOut = await page.evaluate(
    () => document.activeElement?.classList.contains('author-editor') === false,
  );
  insist(isOut, 'Tab does not leave the editor');
  return 'Tab leaves the editor';
}

const HOSTILE = `import { Evaluation, Evaluator, EvaluatorInput, log, plugin } from "@testbench/plugins-sdk";

@plugin({ name: "hostile" })
export class Hostile extends Evaluator {
  evaluate(input: EvaluatorInput): Evaluation {
    const html = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    log.info(html);
    if (input.input.includes("eggs")) while (true) {}
    return new Evaluation(0).explain(html);
  }
}
`;

async function endEndless(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Load the example' }).click();
  await page.getByRole('button', { name: 'Source', exact: true }).click();
  const editor = page.getByRole('textbox', { name: 'Source of the plugin, in AssemblyScript' });
  await editor.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(HOSTILE);
  await runOver(page, 10);
  const results = page.getByRole('region', { name: 'Results' });
  await results
    .getByText(/^CALL_\w*(?:FUEL|TIMEOUT)/)
    .first()
    .waitFor();
  await results.getByText('<img src=x onerror=alert(1)>').first().waitFor();
  const images = await page.locator('img, .author script').count();
  insist(images === 0, 'a text became an element');
  return 'an endless call ends by its fuel, and the next ones run';
}
