import { ImportError } from './errors.js';
import type { StatedMean } from './read-run.js';

/**
 * The error for files that have only totals.
 *
 * @param option The tool's own option that writes samples.
 */
export function noSamples(
  file: string,
  count: number | undefined,
  stated: readonly StatedMean[],
  option: string,
): ImportError {
  const totals = stated.map(({ metric, name, value }) => `${name} of ${metric} ${value}`);
  const said = [...(count === undefined ? [] : [`${count} samples`]), ...totals].join(', ');
  const only = said === '' ? '' : `, only totals (${said})`;
  const state = `it has no samples${only}; scores of samples are what a run is made of, so write them as well (${option})`;
  return new ImportError('IMPORT_NO_SAMPLES', state, { file });
}
