import type { RunSegment } from '@testbench/types/stores';

import { BenchError } from '../../errors.js';
import { RUN_FORMAT_VERSION } from '../limits.js';

/** Content of `manifest.json`: what of a run is complete. */
export interface Manifest {
  readonly formatVersion: typeof RUN_FORMAT_VERSION;
  readonly segments: readonly RunSegment[];
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** One line a segment, so that people and diffs can read it. */
export function formatManifest(segments: readonly RunSegment[]): string {
  const lines = segments.map(({ from, to, rows, bytes, digest }) =>
    JSON.stringify({ from, to, rows, bytes, digest }),
  );
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n]`;
  return `{"formatVersion":${RUN_FORMAT_VERSION},"segments":${list}}\n`;
}

/**
 * Reads a manifest, trusting nothing in it.
 *
 * @param file Where it stands, for errors.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, or `BENCH_RUN_VERSION`.
 */
export function parseManifest(text: string, file: string): Manifest {
  const damaged = (state: string, cause?: unknown): never => {
    throw new BenchError(
      'BENCH_RUN_DAMAGED',
      `Cannot read ${JSON.stringify(file)}: ${state}; restore the file, or move the run away and run again: answers that are paid for come from the cache`,
      { file, cause },
    );
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    damaged('it is not JSON', cause);
  }
  const { formatVersion, segments } = Object(value) as Partial<Record<keyof Manifest, unknown>>;
  if (typeof formatVersion !== 'number') damaged('it does not say its "formatVersion"');
  if (formatVersion !== RUN_FORMAT_VERSION) {
    throw new BenchError(
      'BENCH_RUN_VERSION',
      `Cannot read ${JSON.stringify(file)}: the run has format ${JSON.stringify(formatVersion)}, and this version reads format ${RUN_FORMAT_VERSION}; use the version that wrote it, or run again into another folder`,
      { file },
    );
  }
  if (!Array.isArray(segments)) return damaged('its "segments" are no list');
  let end = 0;
  const read = segments.map((entry: unknown, index): RunSegment => {
    const segment = Object(entry) as Partial<RunSegment>;
    if (!isSegment(segment)) return damaged(`entry ${index} of "segments" is no segment`);
    const { from, to, rows, bytes, digest } = segment;
    if (from < end) return damaged(`entry ${index} of "segments" overlaps the one before`);
    end = to;
    return { from, to, rows, bytes, digest };
  });
  return { formatVersion: RUN_FORMAT_VERSION, segments: read };
}

function isSegment(segment: Partial<RunSegment>): segment is RunSegment {
  const { from, to, rows, bytes, digest } = segment;
  const isCount = (count: unknown): boolean => Number.isSafeInteger(count) && Number(count) >= 0;
  return (
    isCount(from) &&
    isCount(to) &&
    isCount(rows) &&
    isCount(bytes) &&
    to! > from! &&
    typeof digest === 'string' &&
    DIGEST.test(digest)
  );
}
