import type { JsonPlace } from '../json/json-place.js';
import type { Attachments } from './attachments.js';

/** A sample, with attachments if they are kept apart from it. */
export interface FoundSample {
  readonly sample: JsonPlace;
  readonly attachments?: Attachments;
}

/** Where a log is kept: one JSON file, or an archive. */
export interface LogSource {
  readonly file: string;
  /** Everything but the samples. */
  header(): Promise<JsonPlace>;
  samples(): AsyncIterable<FoundSample>;
}
