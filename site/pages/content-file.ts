import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Page } from './page.ts';
import type { FilledSection } from './sections.ts';

/** Where the collected pages lie while the site is built: Astro reads them, and imports nothing of what collects them. */
export const CONTENT_FILE = fileURLToPath(new URL('../build/content.json', import.meta.url));

/** A page with its Markdown as the site has it: links are addresses of the site, diagrams are drawn. */
export interface RenderedPage extends Page {
  readonly markdown: string;
}

/** What the site is rendered from. */
export interface SiteContent {
  readonly pages: readonly RenderedPage[];
  readonly sections: readonly FilledSection[];
  /** Links of Markdown that lead to nothing. */
  readonly problems: readonly string[];
}

export function writeContent(content: SiteContent): void {
  mkdirSync(dirname(CONTENT_FILE), { recursive: true });
  writeFileSync(CONTENT_FILE, JSON.stringify(content));
}

export function readContent(): SiteContent {
  return JSON.parse(readFileSync(CONTENT_FILE, 'utf8')) as SiteContent;
}
