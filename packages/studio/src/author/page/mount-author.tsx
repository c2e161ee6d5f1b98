import { render } from 'preact';

import { AuthorApp } from './author-app.js';
import type { AuthorHost } from './author-host.js';
import { type AuthorStore, createAuthorStore } from './author-store.js';

/** Shows the editor in an element, and starts loading the compiler. */
export function mountAuthor(element: Element, host: AuthorHost): AuthorStore {
  const store = createAuthorStore(host);
  store.workbench.warmUp();
  render(<AuthorApp store={store} />, element);
  return store;
}
