import { render } from 'preact';

import { findPage, PAGES, type PagePath } from '../pages.js';
import { parameters } from './api.js';
import { Shell } from './shell.js';
import { VIEWS } from './views.js';

/** Shows the page that the address names. */
export async function startPage(): Promise<void> {
  // An intermediate step when arriving from a link on another page.
  if (parameters.has('again')) {
    parameters.delete('again');
    history.replaceState(null, '', `${location.pathname}?${parameters}${location.hash}`);
  }
  const page = findPage(location.pathname) ?? PAGES[0];
  const about = parameters.getAll('run').join(' and ') || parameters.get('path');
  document.title = [about, page.name, 'Testbench Studio'].filter(Boolean).join(' · ');
  const View = await VIEWS[page.path as PagePath]();
  render(
    <Shell page={page}>
      <View />
    </Shell>,
    document.getElementById('app')!,
  );
}
