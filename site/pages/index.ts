import { fileURLToPath } from 'node:url';

import { linkErrorCodes } from '../generate/errors.ts';
import { generatedPages } from '../generate/index.ts';
import type { RenderedPage, SiteContent } from './content-file.ts';
import { Renderer } from './render.ts';
import { fillSections } from './sections.ts';
import { writtenPages } from './written.ts';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Collects what is written, makes what is made from sources, and rewrites links. */
export async function siteContent(): Promise<SiteContent> {
  const written = writtenPages(ROOT);
  const pages = [...written, ...(await generatedPages(ROOT, written))];
  const renderer = new Renderer(ROOT, pages);
  const rendered = pages.map((page): RenderedPage => {
    const body =
      page.source === 'docs/errors.md' && page.kind === 'written'
        ? linkErrorCodes(page.body)
        : page.body;
    return { ...page, markdown: renderer.render({ ...page, body }) };
  });
  return { pages: rendered, sections: fillSections(pages), problems: renderer.problems };
}
