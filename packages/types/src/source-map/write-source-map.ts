import { encodeVlq } from './vlq.js';

/** Where a piece of a module's code comes from. */
export interface Mapping {
  /** Start of the code, in bytes from the module's start. */
  readonly offset: number;
  /** Index of the source; -1 for code without one. */
  readonly source: number;
  /** From 0. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
}

/** The parts from which a source map is written. */
export interface SourceMapParts {
  /** In ascending order of their offsets. */
  readonly mappings: readonly Mapping[];
  readonly sources: readonly string[];
  /** Text of each source; null for one that is unavailable. */
  readonly contents: readonly (string | null)[];
  /** Names of functions by their index, empty for those that have none. */
  readonly functions: readonly string[];
  /** Digest of the module: `sha256:` and hex. */
  readonly digest: string;
}

/**
 * Writes the source map of a module: version 3 of the format, with two extra fields of ours, `x_functions` and `x_module`.
 *
 * @returns JSON, the same for the same parts.
 *
 * @example
 * ```ts
 * import { writeSourceMap } from '@testbench/types/source-map';
 *
 * const mappings = [{ offset: 16, source: 0, line: 2, column: 2 }];
 * const parts = { mappings, sources: ['a.c'], contents: [null], functions: ['', 'score'], digest: 'sha256:00' };
 * JSON.parse(writeSourceMap(parts)).mappings; // => 'gBAEE'
 * ```
 */
export function writeSourceMap(parts: SourceMapParts): string {
  const { mappings, sources, contents, functions, digest } = parts;
  const segments: string[] = [];
  let offset = 0;
  let place = { source: 0, line: 0, column: 0 };
  for (const mapping of mappings) {
    const ahead = encodeVlq(mapping.offset - offset);
    offset = mapping.offset;
    if (mapping.source < 0) {
      segments.push(ahead);
      continue;
    }
    const { source, line, column } = mapping;
    const steps = [source - place.source, line - place.line, column - place.column];
    place = { source, line, column };
    segments.push(ahead + steps.map(encodeVlq).join(''));
  }
  return JSON.stringify({
    version: 3,
    sources,
    sourcesContent: contents,
    names: [],
    mappings: segments.join(','),
    x_functions: functions,
    x_module: digest,
  });
}
