import { createHash } from 'node:crypto';

import type { JsonPlace } from '../json/json-place.js';

/** What is known of a document whose samples were read. */
interface SeenDocument {
  /** Digest of its content. */
  readonly doc: string;
  readonly filters: Set<string>;
}

/**
 * The filters of the samples of one file, in the order of the file.
 *
 * Early versions did not write them down: they wrote every document once for each filter, in the order of the task's filters.
 */
export class SampleFilters {
  readonly #names: readonly string[];
  readonly #seen = new Map<string, SeenDocument>();

  /** @param taskConfig The task's configuration in the results. */
  constructor(taskConfig: JsonPlace) {
    const filters = taskConfig.at('filter_list');
    this.#names = filters.isList
      ? filters.list().flatMap((filter) => filter.at('name').text() ?? [])
      : [];
  }

  /**
   * The filter of the next sample; `none` if there is none.
   *
   * @throws {ImportError} `IMPORT_INVALID`: the document has had this filter, or is another one.
   */
  next(sample: JsonPlace): string {
    const id = sample.at('doc_id').name();
    const known = this.#seen.get(id) ?? { doc: digestOf(sample), filters: new Set() };
    const { size } = known.filters;
    if (size > 0 && known.doc !== digestOf(sample)) {
      throw sample.invalid(`document ${JSON.stringify(id)} was another one before`);
    }
    const filter = sample.at('filter').text() ?? this.#nth(size);
    if (filter === undefined || known.filters.has(filter)) {
      throw sample.invalid(`document ${JSON.stringify(id)} occurs more often than it has filters`);
    }
    known.filters.add(filter);
    this.#seen.set(id, known);
    return filter;
  }

  #nth(index: number): string | undefined {
    if (this.#names.length > 0) return this.#names[index];
    return index === 0 ? 'none' : `filter-${index + 1}`;
  }
}

function digestOf(sample: JsonPlace): string {
  const { value: doc } = sample.at('doc');
  return createHash('sha1')
    .update(JSON.stringify(doc ?? null))
    .digest('base64');
}
