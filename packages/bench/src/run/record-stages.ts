import { dirname } from 'node:path';

import { ConfigError, LoadError } from '@testbench/types/errors';

import type { ResolvedEvaluatorConfig } from '../config/benchmark-config.js';
import { readRecordEvaluators } from '../config/record-evaluators.js';
import { invalidRecord } from '../dataset/dataset-error.js';
import type { Sample } from '../dataset/selection/read-sample.js';
import { selectField } from '../dataset/selection/select-field.js';
import { canonicalJson } from '../plan/canonical-json.js';
import type { Stage } from './stage.js';

/** Maximum number of plugins with configuration that records may name: each is kept in memory until the run ends. */
export const MAX_RECORD_STAGES = 64;

/** An evaluator of a record, like a pipeline's evaluators from the configuration. */
interface RecordStage {
  readonly stage: Stage;
  readonly config: ResolvedEvaluatorConfig;
  /** Place in the record. */
  readonly path: string;
  /** Field of its input, and the path of the value in the record. */
  readonly fields: readonly (readonly [name: string, path: string])[];
}

/** Evaluators that records name themselves. Each plugin with its configuration is loaded once, when the first record names it. */
export class RecordStages {
  readonly #stages = new Map<string, Promise<Stage>>();
  #last: Promise<unknown> = Promise.resolve();
  readonly #field: string;
  readonly #names: ReadonlySet<string>;
  readonly #load: (use: ResolvedEvaluatorConfig, path: string) => Promise<Stage>;

  /**
   * @param field Path of the list in a record.
   * @param names Names of the configuration's own evaluators.
   * @param load Loads a plugin; `path` is a unique name.
   */
  constructor(
    field: string,
    names: readonly string[],
    load: (use: ResolvedEvaluatorConfig, path: string) => Promise<Stage>,
  ) {
    this.#field = field;
    this.#names = new Set(names);
    this.#load = load;
  }

  /**
   * The evaluators that a record names; none if it has no such field.
   *
   * @throws {BenchError} `BENCH_DATASET_INVALID`: the list is wrong, a plugin is missing or does not load, or a name is used twice.
   */
  async of(sample: Sample): Promise<readonly RecordStage[]> {
    const value = selectField(sample.row, this.#field);
    if (value === undefined) return [];
    try {
      const uses = readRecordEvaluators(value, this.#field, dirname(sample.file));
      const names = new Set(this.#names);
      const found: RecordStage[] = [];
      for (const [index, use] of uses.entries()) {
        const path = `${this.#field}[${index}]`;
        if (names.has(use.name)) {
          throw new ConfigError(
            'CONFIG_INVALID',
            path,
            `Cannot read "${path}": there is another evaluator ${JSON.stringify(use.name)}, give it a "name"`,
          );
        }
        names.add(use.name);
        const stage = await this.#stageOf(use, path);
        found.push({ stage, config: use, path, fields: Object.entries(use.fields ?? {}) });
      }
      return found;
    } catch (cause) {
      if (!(cause instanceof ConfigError || cause instanceof LoadError)) throw cause;
      throw invalidRecord(sample, cause.message, cause);
    }
  }

  async #stageOf(use: ResolvedEvaluatorConfig, path: string): Promise<Stage> {
    const key = canonicalJson([use.plugin, use.config ?? {}]);
    let stage = this.#stages.get(key);
    if (stage === undefined) {
      if (this.#stages.size === MAX_RECORD_STAGES) {
        throw new ConfigError(
          'CONFIG_INVALID',
          path,
          `Cannot load "${path}": the records name more than ${MAX_RECORD_STAGES} plugins and configurations`,
        );
      }
      const name = `records[${this.#stages.size}]`;
      // One after another, like those of the configuration.
      stage = this.#last.then(() => this.#load(use, name));
      this.#last = stage.catch(() => {});
      this.#stages.set(key, stage);
    }
    const loaded = await stage;
    if (!loaded.waits) return loaded;
    throw new ConfigError(
      'CONFIG_INVALID',
      path,
      `Cannot use ${JSON.stringify(use.plugin)} for "${path}": it uses the network, which only "evaluators" of the configuration may`,
    );
  }
}
