/** A page of the studio: the server answers its path with the document, and the document's script shows it. */
export interface Page {
  /** Such as `/runs`. */
  readonly path: string;
  /** Shown in the navigation and in the window title. */
  readonly name: string;
  /** False for pages that are reached from other pages. */
  readonly isInNavigation: boolean;
  /** Its policy lets the page compile WebAssembly. @default false */
  readonly runsWasm?: boolean;
}

/** All pages, in the order of the navigation. `page/views.ts` has the component of each. */
export const PAGES = [
  { path: '/', name: 'Runs', isInNavigation: true },
  { path: '/run', name: 'Run', isInNavigation: false },
  { path: '/compare', name: 'Compare', isInNavigation: true },
  { path: '/score', name: 'Score again', isInNavigation: false },
  { path: '/labels', name: 'Labels', isInNavigation: true },
  { path: '/data', name: 'Data', isInNavigation: true },
  { path: '/plugins', name: 'Plugins', isInNavigation: true },
  { path: '/analytics', name: 'Analytics', isInNavigation: true },
  { path: '/editor', name: 'Editor', isInNavigation: true, runsWasm: true },
] as const satisfies readonly Page[];

/** Path of a page. */
export type PagePath = (typeof PAGES)[number]['path'];

/** @returns The page of a path; undefined if there is none. */
export function findPage(path: string): Page | undefined {
  return PAGES.find((page) => page.path === path);
}
