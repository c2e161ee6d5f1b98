import type { Page } from '../pages/page.ts';

/** A page that is made from sources. */
export function generatedPage(
  page: Omit<Page, 'kind' | 'inSidebar' | 'body'> & {
    readonly body: readonly string[];
    readonly inSidebar?: boolean;
  },
): Page {
  const { body, inSidebar = true, ...rest } = page;
  return { ...rest, kind: 'generated', inSidebar, body: `${body.join('\n')}\n` };
}

/** A table; a column that is empty in every row is left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const kept = head.map((_, column) => rows.some((row) => (row[column] ?? '') !== ''));
  const line = (cells: readonly string[]): string =>
    `| ${cells.filter((_, column) => kept[column]).join(' | ')} |`;
  if (rows.length === 0) return [];
  return ['', line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}

/** Text in a cell of a table. */
export function cell(text: string): string {
  return textWithOptions(text.replaceAll(/\s+/g, ' ')).replaceAll('|', '\\|').trim();
}

/** Code in a cell of a table. */
export function codeCell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

/** A span of code, whatever it holds. */
function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** A text as it is, but for spans of code, and with options of the command line as code. */
export function textWithOptions(text: string): string {
  return text
    .split(/(`[^`]+`|(?<![\w-])--[a-z][a-z-]*)/)
    .map((part, index) => {
      if (index % 2 === 0) return escapeText(part);
      return part.startsWith('`') ? part : code(part);
    })
    .join('');
}

/** A text that Markdown shall show as it is. */
function escapeText(text: string): string {
  return text.replaceAll(/[<*_[\]]/g, (mark) => `\\${mark}`);
}
