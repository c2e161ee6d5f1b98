import { MAX_LABEL_CHARACTERS } from './limits.js';

/** Control and format characters, line ends and lone surrogates: they can forge lines and hide text wherever it is shown. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * An untrusted text as one line of bounded length: unsafe characters become escapes.
 *
 * @param characters Maximum length of the result; a truncated text states its original length. @default 128
 */
export function cleanText(text: string, characters = MAX_LABEL_CHARACTERS): string {
  // A little more than needed: escapes make the text longer, never shorter.
  const escaped = text
    .slice(0, characters + 1)
    .replaceAll(UNSAFE, (unsafe) => `\\u{${unsafe.codePointAt(0)!.toString(16)}}`);
  if (text.length <= characters && escaped.length <= characters) return escaped;
  // Not `truncateText`: it would state the length of what was escaped.
  const suffix = `… (${text.length} characters)`;
  const start = escaped.slice(0, characters - suffix.length).replace(/[\uD800-\uDBFF]$/, '');
  return `${start}${suffix}`;
}
