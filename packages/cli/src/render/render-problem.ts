import { escapeText } from './escape-text.js';
import type { Style } from './style.js';

/** A mistake in a source, reported by a compiler or found in a script. */
export interface ShownProblem {
  readonly file: string;
  /** From 1; 0 if it is not about a line. */
  readonly line: number;
  /** From 1; 0 if unknown. */
  readonly column: number;
  readonly message: string;
  readonly excerpt?: string;
}

/** Excerpt of a long generated line around the position. */
const MAX_EXCERPT = 120;

/** `file:line:column`, as far as known, which terminals and editors can open. */
export function placeOf({ file, line, column }: Omit<ShownProblem, 'message'>): string {
  if (line === 0) return file;
  return column === 0 ? `${file}:${line}` : `${file}:${line}:${column}`;
}

export function asWarning(problem: ShownProblem): ShownProblem {
  return Object.assign({}, problem, { message: `warning: ${problem.message}` });
}

/** A mistake with its line, and a mark below the column. */
export function renderProblem(problem: ShownProblem, style: Style): string[] {
  const { line, column, message, excerpt } = problem;
  const place = placeOf(problem);
  const lines = [escapeText(place === '' ? message : `${place}: ${message}`)];
  return excerpt === undefined || line === 0
    ? lines
    : [...lines, ...renderExcerpt([excerpt], line, { line, column }, style)];
}

/**
 * Lines of a source with their numbers; the relevant one is marked.
 *
 * @param first Number of the first line.
 * @param meant Its column is 0 if unknown.
 */
export function renderExcerpt(
  lines: readonly string[],
  first: number,
  meant: { readonly line: number; readonly column: number },
  style: Style,
): string[] {
  const width = String(first + lines.length - 1).length;
  return lines.flatMap((text, index) => {
    const number = first + index;
    const isMeant = number === meant.line;
    const { shown, at } = cut(text.replaceAll('\t', '  '), columnOf(text, meant.column), isMeant);
    const margin = `${isMeant && lines.length > 1 ? '>' : ' '} ${String(number).padStart(width)} | `;
    const row = `${style.dim(margin)}${escapeText(shown)}`.trimEnd();
    if (!isMeant || meant.column === 0) return [row];
    return [row, `${' '.repeat(margin.length + at)}${style.red('^')}`];
  });
}

/** Where a column is once each tab is replaced by two blanks, from 0. */
function columnOf(text: string, column: number): number {
  return text.slice(0, Math.max(0, column - 1)).replaceAll('\t', '  ').length;
}

function cut(text: string, at: number, isMeant: boolean): { shown: string; at: number } {
  if (text.length <= MAX_EXCERPT) return { shown: text, at };
  const start = isMeant ? Math.max(0, at - MAX_EXCERPT / 2) : 0;
  const head = start > 0 ? '…' : '';
  const tail = start + MAX_EXCERPT < text.length ? '…' : '';
  return {
    shown: head + text.slice(start, start + MAX_EXCERPT) + tail,
    at: at - start + head.length,
  };
}
