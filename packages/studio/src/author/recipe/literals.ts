/**
 * Characters that end a line, change how a line reads, or are invisible: written as escapes, so that the source reads as it is.
 * Bidirectional characters can make code look like different code.
 */
const ESCAPED =
  // oxlint-disable-next-line no-control-regex -- it is what is looked for
  /[\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/g;

/** A text as a source literal: on one line, without anything that would end the literal early. */
export function textLiteral(text: string): string {
  // JSON.stringify also escapes lone surrogates.
  return JSON.stringify(text).replaceAll(ESCAPED, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
}

/**
 * A number as a literal of the type `f64`.
 *
 * @param least Replaces a value that is not a number or is smaller.
 */
export function numberLiteral(value: number, least: number, most: number): string {
  const kept = Number.isFinite(value) ? Math.min(Math.max(value, least), most) : least;
  // Nine places are enough for a weight, and never written with an exponent.
  const text = kept.toFixed(9).replace(/\.?0+$/, '');
  return text.includes('.') ? text : `${text}.0`;
}
