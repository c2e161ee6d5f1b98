import type { Page } from './page.ts';

/** A part of the sidebar. */
interface Section {
  readonly label: string;
  /** Addresses in their order. */
  readonly first: readonly string[];
  /** Folders whose other pages follow, by title. */
  readonly folders: readonly string[];
  readonly collapsed?: boolean;
}

/**
 * The sidebar: which page stands in which part, and in what order.
 *
 * A page of a folder that is named here needs no entry; give it one in `first` if its place matters.
 */
const SECTIONS: readonly Section[] = [
  {
    label: 'Start',
    first: [
      '',
      'start/install',
      'start/evaluate',
      'start/write-a-plugin',
      'start/write-a-script',
      'start/embed',
    ],
    folders: ['start'],
  },
  {
    label: 'Concepts',
    first: [
      'concepts/records-and-runs',
      'concepts/scores-and-errors',
      'concepts/determinism',
      'concepts/plugins',
      'concepts/fuel',
      'concepts/isolation',
      'concepts/permissions',
      'concepts/asking',
      'concepts/state-and-reset',
      'concepts/trust',
    ],
    folders: ['concepts'],
  },
  {
    label: 'Guides',
    first: [
      'guides/data-sets',
      'guides/prompts',
      'guides/models-and-providers',
      'guides/structured-output',
      'guides/tools',
      'guides/conversations',
      'judges',
      'guides/parameters-and-matrices',
      'guides/transforms',
      'guides/filters',
      'guides/statistics',
      'guides/comparing-models',
      'comparing',
      'guides/epochs',
      'guides/gates-in-ci',
      'guides/caching-and-cost',
      'guides/limits-and-time-outs',
      'guides/resume',
      'guides/reports',
      'guides/signing-and-verifying',
      'guides/secrets',
      'guides/untrusted-plugins',
      'guides/hot-reload',
      'guides/plugin-updates',
      'guides/testing-a-plugin',
      'guides/debugging-a-plugin',
      'guides/fast-plugins',
      'guides/publishing-a-metric',
      'guides/performance',
      'guides/troubleshooting',
    ],
    folders: ['guides'],
  },
  { label: 'Metrics', first: ['metrics'], folders: ['metrics'], collapsed: true },
  {
    label: 'Other plugins that we ship',
    first: ['plugins'],
    folders: ['plugins'],
    collapsed: true,
  },
  {
    label: 'Writing plugins',
    first: [
      'writing-a-plugin',
      'languages',
      'scripts',
      'python',
      'plugins-in-rust-and-c',
      'dev-loop',
      'where-it-broke',
      'asking',
    ],
    folders: ['plugin-types'],
  },
  {
    label: 'Embedding',
    first: ['isolation', 'host-functions', 'limits', 'security', 'wire-protocols'],
    folders: ['embedding'],
  },
  {
    label: 'Registry and trust',
    first: ['registry-users', 'registry-publishers', 'registry-operators'],
    folders: ['registry'],
  },
  { label: 'Compared with others', first: [], folders: ['compare'], collapsed: true },
  {
    label: 'Reference',
    first: [
      'reference/cli',
      'reference/configuration',
      'reference/plugin-data',
      'errors',
      'reference/limits',
      'reference/host-functions',
      'sdk-assemblyscript',
      'sdk-javascript',
      'sdk-python',
      'sdk-rust',
      'sdk-c',
      'architecture',
      'names',
    ],
    folders: ['reference'],
  },
  { label: 'Packages', first: [], folders: ['packages'], collapsed: true },
  { label: 'The project', first: ['changelog', 'contributing', 'security-policy'], folders: [] },
  { label: 'Decisions', first: ['decisions'], folders: ['decisions'], collapsed: true },
];

/** A part of the sidebar with the pages that there are. */
export interface FilledSection<One extends Page = Page> {
  readonly label: string;
  readonly collapsed: boolean;
  readonly pages: readonly One[];
}

/** Puts every page that belongs into the sidebar into its section; those of no section come last. */
export function fillSections<One extends Page>(pages: readonly One[]): FilledSection<One>[] {
  const left = new Map(pages.filter((page) => page.inSidebar).map((page) => [page.address, page]));
  const take = (address: string): One[] => {
    const page = left.get(address);
    left.delete(address);
    return page === undefined ? [] : [page];
  };
  // Before folders are taken: a section may name a page of another one's folder.
  const named = SECTIONS.map((section) => section.first.flatMap(take));
  const filled = SECTIONS.map(({ label, folders, collapsed = false }, index) => {
    const others = folders
      .flatMap((folder) => [...left.values()].filter((page) => isIn(page, folder)))
      .toSorted((a, b) => a.title.localeCompare(b.title, 'en'));
    return {
      label,
      collapsed,
      pages: [...named[index]!, ...others.flatMap((page) => take(page.address))],
    };
  });
  const more = { label: 'More', collapsed: false, pages: [...left.values()] };
  return [...filled, more].filter((section) => section.pages.length > 0);
}

function isIn(page: Page, folder: string): boolean {
  return page.address === folder || page.address.startsWith(`${folder}/`);
}
