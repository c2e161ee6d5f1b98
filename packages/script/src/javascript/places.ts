import { decodeVlq, encodeVlq } from './vlq.js';

/** The parts of a source map that a script keeps. */
export interface Places {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** A source map as esbuild writes it. */
export interface SourceMap extends Places {
  readonly names?: readonly string[];
}

/**
 * Makes a source map smaller: for packages only line starts, since no one edits those, and no names.
 *
 * It is in the plugin's memory, which is copied at every start.
 */
export function placesOf({ sources, mappings }: SourceMap): Places {
  const last = [0, 0, 0];
  const kept = [0, 0, 0];
  const lines = mappings.split(';').map((line) => {
    let column = 0;
    let keptColumn = 0;
    let keptSource = -1;
    const segments: string[] = [];
    for (const segment of line === '' ? [] : line.split(',')) {
      const fields = decodeVlq(segment);
      column += fields[0]!;
      if (fields.length < 4) continue;
      for (const index of [0, 1, 2]) last[index]! += fields[index + 1]!;
      const source = last[0]!;
      if (sources[source]?.includes('node_modules/') && source === keptSource) continue;
      keptSource = source;
      segments.push(
        encodeVlq(column - keptColumn) +
          last.map((value, index) => encodeVlq(value - kept[index]!)).join(''),
      );
      keptColumn = column;
      kept.splice(0, 3, ...last);
    }
    return segments.join(',');
  });
  return { sources, mappings: lines.join(';') };
}
