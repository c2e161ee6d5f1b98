import type { ConfigNode } from '@testbench/types/config';
import type { RunSegment } from '@testbench/types/stores';

import { BenchError } from '../../errors.js';
import { RUN_FORMAT_VERSION } from '../limits.js';
import { count, exactly, parseStored, sha256 } from '../stored-shape.js';

/** Content of `manifest.json`: the complete segments of a run. */
export interface Manifest {
  readonly formatVersion: typeof RUN_FORMAT_VERSION;
  readonly segments: readonly RunSegment[];
}

/** Writes one line per segment, which is readable for people and in diffs. */
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
 * @param file Path of the manifest, for error messages.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, or `BENCH_RUN_VERSION`.
 */
export function parseManifest(text: string, file: string): Manifest {
  return parseStored(text, (node) => checkManifest(node, file), { file, cure: CURE }) as Manifest;
}

const CURE =
  'restore the file, or move the run away and run again: answers that are paid for come from the cache';
const SEGMENT = exactly({ from: count, to: count, rows: count, bytes: count, digest: sha256 });

function checkManifest(node: ConfigNode, file: string): void {
  const fields = node.object();
  const { formatVersion } = fields;
  if (typeof formatVersion === 'number' && formatVersion !== RUN_FORMAT_VERSION) {
    throw new BenchError(
      'BENCH_RUN_VERSION',
      `Cannot read ${JSON.stringify(file)}: the run has format ${JSON.stringify(formatVersion)}, and this version reads format ${RUN_FORMAT_VERSION}; use the version that wrote it, or run again into another folder`,
      { file },
    );
  }
  exactly({ formatVersion: count, segments: checkSegments })(node);
}

/** Checks that segments are in the order of their records, and that no two share records. */
function checkSegments(node: ConfigNode): void {
  let end = 0;
  for (const entry of node.list()) {
    SEGMENT(entry);
    const { from, to } = entry.value as RunSegment;
    if (from < end || to <= from) entry.reject(`records from ${end} on, and at least one`);
    end = to;
  }
}
