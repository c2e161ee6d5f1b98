// C0 without tab, DEL and C1; line separators, and the marks that reorder text on a terminal.
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g;

/**
 * Escapes characters that could forge log lines or control a terminal: control characters, line separators and
 * bidirectional marks become `\u` and `\x` escapes. Tabs stay.
 *
 * @example
 * ```ts
 * import { escapeText } from '@testbench/types';
 *
 * escapeText('ok\n\u001b[31mred'); // => 'ok\\x0a\\x1b[31mred'
 * ```
 */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, escapeRun);
}

/** Computed once: a flood of records of zeros contains millions of them. */
const SHORT = Array.from(
  { length: 0x100 },
  (_, code) => `\\x${code.toString(16).padStart(2, '0')}`,
);

function escapeRun(run: string): string {
  let escaped = '';
  for (let index = 0; index < run.length; index += 1) {
    const code = run.charCodeAt(index);
    escaped += SHORT[code] ?? `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
