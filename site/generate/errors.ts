import type { Page } from '../pages/page.ts';
import { generatedPage } from './markdown.ts';

/** One row of a table of codes. */
interface ErrorCode {
  readonly code: string;
  /** Heading of the section that the table stands in. */
  readonly section: string;
  /** The cells by the names of their columns, as Markdown. */
  readonly cells: readonly (readonly [column: string, text: string])[];
}

const PAGE = 'docs/errors.md';
const RETRYABLE = new Map([
  ['yes', 'The same call may be made again, and may then succeed.'],
  ['no', 'The same call would fail again.'],
  ['-', 'Whether the same call may be made again, the error says in `retryable`.'],
]);

/** One page for each code of the tables of `docs/errors.md`, so that every code has an address. */
export function errorPages(page: Page): Page[] {
  const codes = errorCodes(page.body);
  return codes.map(({ code, section, cells }) => {
    const others = codes.filter((other) => other.section === section && other.code !== code);
    const cell = (name: string): string => cells.find(([column]) => column === name)?.[1] ?? '';
    return generatedPage({
      address: addressOf(code),
      // Links of its cells are as on that page.
      source: PAGE,
      title: code,
      description: `What the error code ${code} means, and what to do: ${plain(cell('when') || cells[0]?.[1] || '')}`,
      inSidebar: false,
      body: [
        `A code of [${section}](errors.md#${anchorOf(section)}).`,
        '',
        ...cells.flatMap(([column, text]) => [
          `## ${headingOf(column)}`,
          '',
          column === 'again?' ? (RETRYABLE.get(text) ?? text) : sentence(text),
          '',
        ]),
        '## Codes of the same section',
        '',
        others.map((other) => `[\`${other.code}\`](/${addressOf(other.code)}/)`).join(', '),
      ],
    });
  });
}

/** The page of all codes, each a link to its own page. */
export function linkErrorCodes(body: string): string {
  return body.replaceAll(/^\| `([A-Z]+_[A-Z0-9_]+)` \|/gm, (_, code: string) => {
    return `| [\`${code}\`](/${addressOf(code)}/) |`;
  });
}

function addressOf(code: string): string {
  return `errors/${code.toLowerCase()}`;
}

function errorCodes(body: string): ErrorCode[] {
  const codes: ErrorCode[] = [];
  let section = '';
  let columns: readonly string[] = [];
  for (const line of body.split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3).trim();
    if (!line.startsWith('|')) continue;
    const cells = line
      .slice(1, line.lastIndexOf('|'))
      .split(/(?<!\\)\|/)
      .map((text) => text.trim());
    const [, code] = /^`([A-Z]+_[A-Z0-9_]+)`$/.exec(cells[0] ?? '') ?? [];
    if (code === undefined) {
      if (!/^:?-+:?$/.test(cells[0] ?? '')) columns = cells;
      continue;
    }
    const named = cells
      .slice(1)
      .map((text, index): [string, string] => [columns[index + 1] ?? '', text]);
    codes.push({ code, section, cells: named.filter(([, text]) => text !== '') });
  }
  return codes;
}

function headingOf(column: string): string {
  if (column === 'when') return 'When it comes';
  if (column === 'what to do') return 'What to do';
  if (column === 'again?') return 'May the call be made again?';
  return `${(column[0] ?? 'D').toUpperCase()}${column.slice(1) || 'etails'}`;
}

function sentence(text: string): string {
  const first = text[0] ?? '';
  return `${first.toUpperCase()}${text.slice(1)}${/[.:!?`)]$/.test(text) ? '' : '.'}`;
}

function plain(text: string): string {
  return text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
}

/** As the renderer and GitHub make anchors of headings. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}
