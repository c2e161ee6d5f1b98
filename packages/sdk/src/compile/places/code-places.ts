// oxlint-disable typescript/no-unsafe-enum-comparison -- ids of sections are numbers where they come from: bytes
import { readSections, SectionId } from '@testbench/wasm';

/** Where a piece of code comes from. */
export interface CodePlace {
  /** Where it starts, in bytes from the start of the code section's content, which does not move when other sections change. */
  readonly offset: number;
  /** Index of the source; -1 for code without one. */
  readonly source: number;
  /** From 0. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
}

/** Where the code of a module comes from, in ascending order of offsets. */
export interface CodePlaces {
  readonly places: readonly CodePlace[];
  readonly sources: readonly string[];
  /** Text of each source; null if it is not available. */
  readonly contents: readonly (string | null)[];
}

/** Where the content of a module's code section starts; 0 if it has no code. */
export function codeStartOf(bytes: Uint8Array): number {
  return readSections(bytes).find(({ id }) => id === SectionId.Code)?.contentStart ?? 0;
}
