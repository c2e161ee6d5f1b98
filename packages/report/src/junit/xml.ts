import { truncateText } from '@testbench/types';

import { MAX_JUNIT_TEXT_CHARACTERS } from '../limits.js';

// Characters that XML 1.0 does not permit, not even as a reference: a file with one could not be read at all.
// eslint-disable-next-line no-control-regex
const IMPOSSIBLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\p{Cs}]/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** A text for an attribute or an element: characters that XML does not permit are shown as escapes. @see https://www.w3.org/TR/xml/#charsets */
export function xmlText(text: string): string {
  return truncateText(text, MAX_JUNIT_TEXT_CHARACTERS)
    .replaceAll(IMPOSSIBLE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll(/[&<>"'\t\n\r]/g, (character) => ENTITIES[character]!);
}

/** One element with its attributes; those that are undefined are left out. */
export function xmlElement(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content?: string,
): string {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${xmlText(String(value))}"`)
    .join('');
  return content === undefined ? `<${name}${given}/>` : `<${name}${given}>${content}</${name}>`;
}
