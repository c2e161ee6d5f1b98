import type { Page } from '../pages/page.ts';
import { commandPages } from './commands.ts';
import { configurationPages } from './configuration.ts';
import { errorPages } from './errors.ts';
import { changelogPage, decisionsPage } from './history.ts';
import { hostFunctionsPage } from './host-functions.ts';
import { limitsPage } from './limits.ts';

/** Every page that is made from sources. */
export async function generatedPages(root: string, written: readonly Page[]): Promise<Page[]> {
  const errors = written.find(({ source }) => source === 'docs/errors.md');
  return [
    ...(await commandPages(root)),
    ...(await configurationPages(root)),
    await hostFunctionsPage(root),
    await limitsPage(root),
    ...(errors === undefined ? [] : errorPages(errors)),
    decisionsPage(written),
    changelogPage(root),
  ];
}
