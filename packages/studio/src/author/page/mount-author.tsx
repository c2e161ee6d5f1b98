import { render } from 'preact';

import { AuthorApp } from './author-app.js';
import type { AuthorHost } from './author-host.js';
import { createAuthorStore } from './author-store.js';

/** Shows the editor in an element, for a page without a framework. */
export function mountAuthor(element: Element, host: AuthorHost): void {
  render(<AuthorApp store={createAuthorStore(host)} />, element);
}
