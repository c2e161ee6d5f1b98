import { posix } from 'node:path';

import { drawDiagrams } from './diagrams.ts';
import { LinkResolver, rewriteLinks } from './links.ts';
import { hrefOf, type Page } from './page.ts';

/** Turns the Markdown of pages, which is written for the repository, into that of the site. */
export class Renderer {
  /** Links that lead to nothing. */
  readonly problems: string[] = [];
  readonly #links: LinkResolver;

  constructor(root: string, pages: readonly Page[]) {
    this.#links = new LinkResolver(root, pages);
  }

  /** A link that leads to nothing becomes text, and is noted in `problems`. */
  render(page: Page): string {
    const linked = rewriteLinks(page.body, (text, address, whole) => {
      const target = this.#links.resolve(page, address);
      if (target.kind === 'elsewhere') return whole;
      if (target.kind === 'missing') {
        this.problems.push(`${page.source} links to ${target.path}, which does not exist`);
        return text;
      }
      // There is no public address of the repository yet.
      if (target.kind === 'file')
        return `<span title="${target.path} in the repository">${text}</span>`;
      const anchor = target.anchor === '' ? '' : `#${target.anchor}`;
      return `[${text}](${target.page.address === page.address ? '' : hrefOf(target.page)}${anchor})`;
    });
    return drawDiagrams(nameFiles(movePictures(page, linked)));
  }
}

/** Pictures of `docs/pictures` are at `/pictures/`. */
function movePictures(page: Page, markdown: string): string {
  return markdown.replaceAll(
    /!\[([^\]]*)\]\(([^():\s]+)\)/g,
    (whole, text: string, address: string) => {
      const path = posix.normalize(posix.join(posix.dirname(page.source), address));
      return path.startsWith('docs/pictures/')
        ? `![${text}](/${path.slice('docs/'.length)})`
        : whole;
    },
  );
}

/** A block that is a file shows its name; other attributes are for the checks. */
function nameFiles(markdown: string): string {
  return markdown.replaceAll(
    /^( *```+)(\w+) ([^\n`]+)$/gm,
    (whole, fence: string, language: string, info: string) => {
      const [, file] = /\b(?:file|made)=(\S+)/.exec(info) ?? [];
      if (file !== undefined) return `${fence}${language} title="${file}"`;
      return /="/.test(info) ? whole : `${fence}${language}`;
    },
  );
}
