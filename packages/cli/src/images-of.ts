import { readKeptImage, type StoredRun } from '@testbench/bench/results';
import type { HtmlReporterOptions } from '@testbench/report';

/** Reads the images of records from the folders of their runs. */
export function imagesOf(
  runs: readonly Pick<StoredRun, 'path'>[],
): NonNullable<HtmlReporterOptions['images']> {
  return async (run, digest) => {
    const path = runs[run]?.path;
    return path === undefined ? undefined : await readKeptImage(path, digest);
  };
}
