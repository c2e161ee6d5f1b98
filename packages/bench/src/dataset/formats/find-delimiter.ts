import { DatasetFormatError } from '@testbench/types/errors';
import type { DatasetReadOptions } from '@testbench/types/stores';
import { parse } from 'csv-parse/sync';

/** The candidates, in the order of preference. */
const CANDIDATES = [',', '\t', ';', '|'] as const;
/** The same, as the characters of one text. */
export const DELIMITERS = CANDIDATES.join('');
/** Number of records examined. */
const MAX_RECORDS = 50;

/**
 * Finds the delimiter between the fields: the first candidate by which the header has several fields and all first records
 * have the same number; otherwise the one that the header has most often; otherwise the comma.
 *
 * @param text The first records, complete.
 * @throws {DatasetFormatError} A delimiter was given, the header does not have it, and another fits.
 */
export function findDelimiter(
  text: string,
  { delimiter, quotes = true }: DatasetReadOptions,
): string {
  const columns = new Map<string, readonly number[]>(
    [...new Set([...CANDIDATES, ...(delimiter === undefined ? [] : [delimiter])])].map((one) => [
      one,
      countColumns(text, one, quotes),
    ]),
  );
  const fits = CANDIDATES.find((one) => {
    const [header = 1, ...others] = columns.get(one)!;
    return header > 1 && others.every((count) => count === header);
  });
  if (delimiter !== undefined) {
    if (fits !== undefined && columns.get(delimiter)![0] === 1) {
      const state = `expected ${nameOfDelimiter(delimiter)} between the fields, the first records have ${nameOfDelimiter(fits)} there; correct \`delimiter\` or the file's ending`;
      throw new DatasetFormatError(state, 1);
    }
    return delimiter;
  }
  if (fits !== undefined) return fits;
  const header = (one: string): number => columns.get(one)![0] ?? 1;
  return CANDIDATES.reduce<string>((best, one) => (header(one) > header(best) ? one : best), ',');
}

/** Number of fields in each of the first records; empty if they cannot be parsed with this delimiter. */
function countColumns(text: string, delimiter: string, quotes: boolean): readonly number[] {
  try {
    const records: readonly (readonly string[])[] = parse(text, {
      delimiter,
      quote: quotes ? '"' : null,
      record_delimiter: ['\r\n', '\n'],
      skip_empty_lines: true,
      relax_column_count: true,
      relax_quotes: true,
      to: MAX_RECORDS,
    });
    return records.map((record) => record.length);
  } catch {
    return [];
  }
}

/** Describes a delimiter in words. */
export function nameOfDelimiter(delimiter: string): string {
  if (delimiter === ',') return 'a comma';
  if (delimiter === '\t') return 'a tab';
  return JSON.stringify(delimiter);
}
