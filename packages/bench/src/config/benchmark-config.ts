import type { Isolation } from '@testbench/core';
import type { Permissions, ResourceLimits } from '@testbench/types';

/** Formats of a dataset file. */
export const DATASET_FORMATS = ['jsonl', 'csv'] as const;

/** Format of a dataset file: one JSON object a line, or comma-separated values under a header line. */
export type DatasetFormat = (typeof DATASET_FORMATS)[number];

/** Where the records come from. */
export interface DatasetConfig {
  /** The file. A relative path starts at the folder of the configuration file. */
  readonly path: string;
  /** @default by the file's ending: `.jsonl`, `.ndjson` or `.csv` */
  readonly format?: DatasetFormat;
  /** Records to skip at the start. With `limit`, a shard of the dataset. @default 0 */
  readonly offset?: number;
  /** Records to take at most. @default all */
  readonly limit?: number;
  readonly fields?: FieldsConfig;
}

/**
 * Which field of a record is what. A name may be a path with dots, such as `solution.text`; a field
 * whose own name has a dot in it is found first.
 */
export interface FieldsConfig {
  /** The question: a text. @default 'input' */
  readonly input?: string;
  /** The right answer: any JSON, handed to the evaluators as the record has it. @default 'expected', if there is one */
  readonly expected?: string;
}

/** One use of a plugin. */
export interface PluginConfig {
  /** The module's file. A relative path starts at the folder of the configuration file. */
  readonly plugin: string;
  /** What `plugin_init` gets. @default {} */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Overrides the run's limits for this plugin. */
  readonly limits?: Partial<ResourceLimits>;
  /** What the plugin may reach outside of itself. @default nothing */
  readonly permissions?: Permissions;
}

/** The plugin that answers. */
export interface ProviderConfig extends PluginConfig {
  /** Names handed to the plugin, one call for each record and model. */
  readonly models: readonly string[];
  /** Further fields of the provider's input, such as `temperature` or `max_tokens`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A plugin that scores: an evaluator, or a custom plugin whose result has a `score`. */
export interface EvaluatorConfig extends PluginConfig {
  /** Column in the results. @default the file's name without `.wasm` */
  readonly name?: string;
  /**
   * Further fields of the evaluator's input, each with where its value stands in a record; a path as in {@link FieldsConfig}. May name
   * `input` and `expected`, which then differ from those of the other evaluators.
   */
  readonly fields?: Readonly<Record<string, string>>;
}

/** The plugin that decides which results of a record count. */
export interface FilterConfig extends PluginConfig {
  /** Leaves the texts in rows that the filter drops. @default false: a dropped row has its numbers and the reason only */
  readonly droppedTexts?: boolean;
}

/** One benchmark: a dataset, and the plugins that it runs through. */
export interface BenchmarkConfig {
  /** Names the results; letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  readonly description?: string;
  readonly dataset: DatasetConfig;
  readonly provider: ProviderConfig;
  /** Rewrite the answer, one after the other, before it is scored. */
  readonly transforms?: readonly PluginConfig[];
  readonly evaluators: readonly EvaluatorConfig[];
  /** Decides which results of a record count, and may rewrite their texts. */
  readonly filter?: FilterConfig;
  /** Limits of every call. @default those of `@testbench/types` */
  readonly limits?: Partial<ResourceLimits>;
  /** Where plugins run; `process` for those of strangers. @default 'thread' */
  readonly isolation?: Isolation;
  /**
   * A policy file: grants by name and digest for plugins that have no `permissions` here, and secrets. A relative path starts
   * at the folder of the configuration file.
   */
  readonly policy?: string;
  /** Records in flight. @default 256, or 4 where a plugin uses the network */
  readonly concurrency?: number;
  /** Stop at the first failed call instead of counting it. @default false */
  readonly failFast?: boolean;
  /** Folder for the results. A relative path starts at the folder of the configuration file. */
  readonly output?: string;
}

/** A configuration after checks: names and formats filled in, paths absolute. */
export interface ResolvedBenchmarkConfig extends BenchmarkConfig {
  readonly dataset: DatasetConfig & {
    readonly format: DatasetFormat;
    readonly offset: number;
    readonly fields: FieldsConfig & { readonly input: string };
  };
  readonly transforms: readonly PluginConfig[];
  readonly evaluators: readonly (EvaluatorConfig & { readonly name: string })[];
  readonly failFast: boolean;
}
