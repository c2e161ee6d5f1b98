const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** What of a source map a script keeps. */
export interface Places {
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** A source map as esbuild writes it. */
export interface SourceMap extends Places {
  readonly names?: readonly string[];
}

/**
 * Makes a source map smaller: of packages only where each line begins, since nobody mends those, and no names.
 *
 * It lies in the plugin's memory, which is copied at every start.
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
      const fields = decode(segment);
      column += fields[0]!;
      if (fields.length < 4) continue;
      for (const index of [0, 1, 2]) last[index]! += fields[index + 1]!;
      const source = last[0]!;
      if (sources[source]?.includes('node_modules/') && source === keptSource) continue;
      keptSource = source;
      segments.push(
        encode(column - keptColumn) +
          last.map((value, index) => encode(value - kept[index]!)).join(''),
      );
      keptColumn = column;
      kept.splice(0, 3, ...last);
    }
    return segments.join(',');
  });
  return { sources, mappings: lines.join(';') };
}

function decode(segment: string): number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const letter of segment) {
    const digit = DIGITS.indexOf(letter);
    value += (digit & 31) << shift;
    shift += 5;
    if (digit & 32) continue;
    values.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return values;
}

function encode(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
