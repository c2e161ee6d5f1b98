import { decodeVlq } from '../src/javascript/vlq.js';

/** Where a piece of a script comes from. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Sources of a bundle, and for each of its lines where its pieces start, in the notation of source maps. */
export interface PlaceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/**
 * Finds where a place in a bundle comes from.
 *
 * The map is read from its start each time: errors are rare, and a table would make every plugin larger.
 *
 * @param line From 1.
 * @param column From 1.
 */
export function findSource(map: PlaceMap, line: number, column: number): Place | undefined {
  let source = 0;
  let sourceLine = 0;
  let sourceColumn = 0;
  const lines = map.mappings.split(';');
  let found: Place | undefined;
  for (let index = 0; index < line && index < lines.length; index += 1) {
    let generated = 0;
    for (const segment of lines[index]!.split(',')) {
      const fields = decodeVlq(segment);
      if (fields.length < 4) continue;
      generated += fields[0]!;
      source += fields[1]!;
      sourceLine += fields[2]!;
      sourceColumn += fields[3]!;
      if (index !== line - 1) continue;
      if (generated > column - 1 && found !== undefined) return found;
      const file = map.sources[source];
      if (file === undefined) continue;
      found = { file, line: sourceLine + 1, column: sourceColumn + 1 };
    }
  }
  return found;
}
