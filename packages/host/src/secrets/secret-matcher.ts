import { formsOf, lowerAscii, type SecretForm } from './secret-forms.js';
import { undoEscapes } from './undo-escapes.js';

/** A part of a text, from `start` up to but not including `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Layers of escapes that are undone: for example a URL inside JSON inside JSON. */
const MAX_LAYERS = 3;

interface Block {
  readonly form: SecretForm;
  /** Where in the form the block begins. */
  readonly at: number;
}

/**
 * Finds secrets in texts, whole or in long parts, in every form of `formsOf` and under up to three layers of escapes.
 *
 * Any part that is long enough contains one of the blocks that a form is split into, so blocks are searched for, all at once, and the
 * text around each one is compared.
 *
 * @example
 * ```ts
 * import { SecretMatcher } from '@testbench/host';
 *
 * const matcher = new SecretMatcher(['sk-0123456789']);
 * matcher.find('a=sk%2D0123456789&b')[0]; // => { start: 2, end: 17 }
 * ```
 */
export class SecretMatcher {
  readonly #blocks = new Map<string, Block[]>();
  readonly #pattern: RegExp | undefined;

  /** @param secrets Printable ASCII, of 8 characters or more: parts of shorter ones are everywhere. */
  constructor(secrets: readonly string[]) {
    for (const form of secrets.flatMap(formsOf)) {
      const { text, minLength } = form;
      const length = Math.floor((minLength + 1) / 2);
      for (let at = 0; at + length <= text.length; at += length) {
        const block = text.slice(at, at + length);
        this.#blocks.set(block, [...(this.#blocks.get(block) ?? []), { form, at }]);
      }
    }
    // Longer ones first: one may be the beginning of another.
    const blocks = [...this.#blocks.keys()].sort((left, right) => right.length - left.length);
    if (blocks.length > 0) this.#pattern = new RegExp(blocks.map(quote).join('|'), 'gi');
  }

  /** The positions of secrets; spans may overlap. */
  find(text: string): readonly Span[] {
    if (this.#pattern === undefined) return [];
    return this.#findIn(text, 0);
  }

  #findIn(text: string, layers: number): Span[] {
    const spans = this.#findPlain(text);
    if (layers === MAX_LAYERS) return spans;
    // Several kinds of escapes at once are rare below the first layer, and trying each would multiply the work.
    for (const { text: inner, toSource } of undoEscapes(text, layers === 0)) {
      for (const { start, end } of this.#findIn(inner, layers + 1)) {
        spans.push({ start: toSource(start), end: toSource(end) });
      }
    }
    return spans;
  }

  #findPlain(text: string): Span[] {
    const pattern = this.#pattern;
    const spans: Span[] = [];
    if (pattern === undefined) return spans;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      const { index } = match;
      // A shorter block may also begin where a longer one was found.
      for (const [block, places] of this.#blocks) {
        if (!isAt(text, index, block)) continue;
        for (const { form, at } of places) {
          const span = extend(text, index, form, at, block.length);
          if (span.end - span.start >= form.minLength) spans.push(span);
        }
      }
      pattern.lastIndex = index + 1;
    }
    return spans;
  }
}

/** The longest part of the form around a block that was found. */
function extend(text: string, index: number, form: SecretForm, at: number, length: number): Span {
  let start = index;
  for (let before = at - 1; before >= 0 && same(text, start - 1, form.text, before); before -= 1) {
    start -= 1;
  }
  let end = index + length;
  for (let after = at + length; same(text, end, form.text, after); after += 1) end += 1;
  return { start, end };
}

function same(text: string, position: number, form: string, at: number): boolean {
  const character = form[at];
  return character !== undefined && lowerAscii(text[position] ?? '') === character;
}

function isAt(text: string, index: number, block: string): boolean {
  return lowerAscii(text.slice(index, index + block.length)) === block;
}

function quote(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}-]/g, '\\$&');
}
