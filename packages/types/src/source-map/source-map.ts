import { cleaned, type SourceLine } from '../errors/guest-stack.js';
import { EXCERPT_LINES } from './limits.js';

/** What a {@link SourceMap} holds. */
export interface SourceMapContent {
  /** Start of each piece of code, in bytes from the module's start, ascending. */
  readonly offsets: Int32Array;
  /** Source, line and column of each, from 0; the source is -1 for code without one. */
  readonly places: Int32Array;
  readonly sources: readonly string[];
  /** Their texts, empty if the map has none. */
  readonly contents: readonly string[];
  /** Names of functions by their index, empty for those that have none. */
  readonly functions: readonly string[];
  /** Digest of the module that the map belongs to: `sha256:` and hex; undefined if the map does not say. */
  readonly digest: string | undefined;
}

/** A place in a source file. */
export interface SourcePlace {
  /** Untrusted text with control characters escaped, as all texts here. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1; absent if the compiler did not say. */
  readonly column?: number;
}

/** Where the code of a module comes from. Made by `parseSourceMap`. */
export class SourceMap {
  /** @param content As read: untrusted text, not escaped. */
  constructor(readonly content: SourceMapContent) {}

  /** Digest of the module that the map belongs to; undefined if the map does not say. */
  get digest(): string | undefined {
    return this.content.digest;
  }

  /** The name of a function; undefined if the map does not say. */
  functionName(index: number): string | undefined {
    const name = this.content.functions[index] ?? '';
    return name === '' ? undefined : cleaned(name);
  }

  /**
   * Finds where an instruction comes from.
   *
   * @param offset Offset of the instruction in the module.
   * @param from Places before this offset do not count: the start of the function's code. @default 0
   */
  find(offset: number, from = 0): SourcePlace | undefined {
    const at = this.#indexOf(offset, from);
    if (at === undefined) return undefined;
    const { places, sources } = this.content;
    const line = places[3 * at + 1]! + 1;
    return { file: cleaned(sources[places[3 * at]!]!), line, column: places[3 * at + 2]! + 1 };
  }

  /** The source's lines around an instruction; empty if the map does not hold them. */
  excerpt(offset: number, from = 0): readonly SourceLine[] {
    const at = this.#indexOf(offset, from);
    if (at === undefined) return [];
    const { places, contents } = this.content;
    const text = contents[places[3 * at]!] ?? '';
    const line = places[3 * at + 1]! + 1;
    const first = Math.max(1, line - EXCERPT_LINES + 1);
    return linesOf(text, first, line + 1);
  }

  /** Place of the last mapping at an offset or before it. */
  #indexOf(offset: number, from: number): number | undefined {
    const { offsets, places } = this.content;
    let low = 0;
    let high = offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (offsets[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    const at = low - 1;
    if (at < 0 || offsets[at]! < from || (places[3 * at] ?? -1) === -1) return undefined;
    return at;
  }
}

/** Extracts lines of a text without splitting all of it: it may be megabytes long. */
function linesOf(text: string, first: number, last: number): readonly SourceLine[] {
  const lines: SourceLine[] = [];
  let start = 0;
  for (let line = 1; line <= last && start < text.length; line += 1) {
    const feed = text.indexOf('\n', start);
    const end = feed === -1 ? text.length : feed;
    if (line >= first)
      lines.push({ line, text: cleaned(text.slice(start, end).replace(/\r$/, '')) });
    start = end + 1;
  }
  // A text that ends before the line does not belong to this source.
  return lines.length > 0 && lines.at(-1)!.line >= last - 1 ? lines : [];
}
