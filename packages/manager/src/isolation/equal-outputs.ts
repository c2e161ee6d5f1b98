import type { ParsedOutput } from '@testbench/runtime';

/** Longer outputs are seldom equal. */
const MAX_TEXT_LENGTH = 256;

/**
 * Reads equal outputs of one plugin once: evaluators say the same about most answers, and parsing and checking an output takes as long as
 * writing its row. Outputs that several items share are frozen, so that nobody changes those of another item.
 */
export class EqualOutputs {
  readonly #known = new Map<string, { readonly output: ParsedOutput; isShared: boolean }>();

  /**
   * @param text The output; undefined if it was not decoded.
   * @param read Parses and checks it.
   * @throws What `read` throws.
   */
  read(text: string | undefined, read: () => ParsedOutput): ParsedOutput {
    if (text === undefined || text.length > MAX_TEXT_LENGTH) return read();
    const known = this.#known.get(text);
    if (known === undefined) {
      const output = read();
      this.#known.set(text, { output, isShared: false });
      return output;
    }
    if (!known.isShared) {
      known.isShared = true;
      freeze(known.output.data);
      freeze(known.output.metrics);
      freeze(known.output.round);
    }
    return known.output;
  }
}

/** Wire JSON nests at most 64 levels deep. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}
