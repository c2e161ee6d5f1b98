import type { Locator, Page } from 'playwright-core';

const SIDES = ['left side of check 1', 'right side of check 1'];

/** Builds the metric of GSM8K in the form, by its labels, like a person who types no code: what follows the last `A: `, without commas. */
export async function buildMetric(page: Page): Promise<void> {
  for (const side of SIDES) {
    const form = page.getByRole('group', { name: side, exact: true });
    await addStep(form, 'Keep what follows a text');
    await form.getByLabel('Text', { exact: true }).fill('A: ');
    await addStep(form, 'Keep one line');
    await addStep(form, 'Remove a text');
    await form.getByLabel('Text', { exact: true }).nth(1).fill(',');
    await addStep(form, 'Trim white space');
  }
}

async function addStep(form: Locator, name: string): Promise<void> {
  await form.getByLabel(/^Add a step/).selectOption({ label: name });
}

/** Runs over this many records and returns the line about the correct ones, such as `3 of 10`. */
export async function runOver(page: Page, records: number): Promise<string> {
  const panel = page.getByRole('region', { name: 'Results' });
  await panel.getByLabel(/^Records \(of/).fill(String(records));
  await panel.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText(/^(?:Ran \d+ records|Failed)$/).waitFor();
  const right = panel.locator('dd').first();
  return (await right.textContent({ timeout: 1000 }).catch(() => '')) ?? '';
}
