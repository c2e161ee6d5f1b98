import type { Isolation, MeteringChoice } from '@testbench/core';
import type { Permissions, ResourceLimits } from '@testbench/types';

import type { DatasetConfig, ResolvedDatasetConfig } from './dataset-config.js';

/** One benchmark: a data set, prompts, the models that answer, and the evaluators that score the answers. */
export interface BenchmarkConfig {
  /** Where editors find the JSON Schema of the file; used only by editors. */
  readonly $schema?: string;
  /** Names the results; made of letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  readonly description?: string;
  readonly dataset: DatasetConfig;
  /** The prompts for a record: template texts, or objects that say more. @default one, named `default`: the record's input, or its messages, unchanged */
  readonly prompts?: readonly (string | PromptConfig)[];
  /** Short for `providers` with one entry. */
  readonly provider?: Scripted<ProviderConfig>;
  /** The plugins that answer. Exactly one of `provider` and `providers` must be present. */
  readonly providers?: readonly Scripted<ProviderConfig>[];
  /** Rewrite the answer, one after another, before it is scored. */
  readonly transforms?: readonly Scripted<PluginConfig>[];
  readonly evaluators: readonly Scripted<EvaluatorConfig>[];
  /** Short for `filters` with one entry. */
  readonly filter?: Scripted<FilterConfig>;
  /** Decide, one after another, which results of a record count, and may rewrite their texts. */
  readonly filters?: readonly Scripted<FilterConfig>[];
  /** Tools that the models may call, unless a record says which. @default none */
  readonly tools?: readonly Scripted<ToolConfig>[];
  /** Whether and which tool a model must call: `auto`, `none`, `required`, or the name of a tool. @default what the server does by itself */
  readonly toolChoice?: string;
  /** Most calls of the model for one turn of the user, if it calls tools that plugins answer; see {@link ToolConfig}. @default 10 */
  readonly maxSteps?: number;
  /** The plugin that checks arguments of tools by their schemas: it gets `{ output, schema }` and scores 1 if they fit. @default 'json-schema' */
  readonly toolCheck?: string;
  /** How a case goes on after the model's first answer. @default it does not, unless a record has further turns */
  readonly conversation?: ConversationConfig;
  /** How often each case is run, and how its scores are reduced. @default once, with the mean */
  readonly epochs?: number | EpochsConfig;
  /** Seed for sampling, shuffling and the jitter of retries. @default 0 */
  readonly seed?: number;
  /** Limits of every call; those of a stage take precedence. @default by stage, see `stageLimits` */
  readonly limits?: Partial<ResourceLimits>;
  /** Where plugins run; use `process` for untrusted ones. @default 'thread' */
  readonly isolation?: Isolation;
  /** Folder with `manifest.json` and the modules of plugins by name. @default that of the installed `@testbench/plugins` */
  readonly pluginsDir?: string;
  /** A policy file: grants by name and digest for plugins that have no `permissions` here, and secrets. */
  readonly policy?: string;
  /** Cases in flight. @default by stage */
  readonly concurrency?: number;
  /** Stop at the first failed call instead of counting it. @default false */
  readonly failFast?: boolean;
  readonly budgets?: BudgetsConfig;
  /** How to treat cached answers of paid calls: use them, refresh them, or neither read nor write. @default 'use' */
  readonly cache?: CacheMode;
  /** Folder of stored answers. @default `.cache` in `outputDir` */
  readonly cacheDir?: string;
  /** Whether a case without a score is left out of the mean, or counts as 0. @default 'missing' */
  readonly onError?: OnError;
  /** Cases that may stay without a score before a run counts as failed. @default 0 */
  readonly maxErrors?: number;
  /**
   * Reports written whenever a run ends: formats by name, or objects that say more. `testbench run` writes them, and so do `score` and `resume` with `--reporters`;
   * a program calls `reportRuns` of `@testbench/report/runs`. It is not part of a plan, and not kept with a run. @default nothing
   */
  readonly reporters?: readonly (ReporterFormat | ReporterConfig)[];
  /** Folder for the runs. */
  readonly outputDir?: string;
}

/** Formats of reports. */
export type ReporterFormat =
  | 'terminal'
  | 'html'
  | 'md'
  | 'junit'
  | 'csv'
  | 'json'
  | 'every-eval-ever'
  | 'every-eval-ever-instances'
  | 'otel';

/** One report of a run; exactly one of `format` and `module`. */
export interface ReporterConfig {
  /** A built-in format. */
  readonly format?: ReporterFormat;
  /** A module in JavaScript or TypeScript that exports a reporter. It is trusted code: it runs with all rights of this process. */
  readonly module?: string;
  /** The file to write. @default `report.html` and so on in the run's folder; stdout for `terminal` and for a module */
  readonly output?: string;
  /** Only for `html`: the page also contains the evaluators. @default false */
  readonly withPlugins?: boolean;
}

/**
 * A prompt for a record; at most one of `template`, `messages` and `file`. With none of them, it is the record's input, or its messages,
 * unchanged.
 */
export interface PromptConfig {
  /** Column in the results; unique. @default the file's name without its extension, or `prompt-` and its position in the list, from 1 */
  readonly name?: string;
  /** Text with `{{field}}` for a field of the record. */
  readonly template?: string;
  /** A conversation; each content is a template. */
  readonly messages?: readonly PromptMessage[];
  /** A file with a template; a list of messages if it is `.json`, `.yaml` or `.yml`. */
  readonly file?: string;
  /** Further fields of the provider's input with this prompt, such as `response_format`; they override those of the model. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** One message of a prompt. */
export interface PromptMessage {
  readonly role: string;
  readonly content: string;
}

/** One use of a plugin. */
export interface PluginConfig {
  /** Name of a plugin that we ship, with or without a range of versions (`exact-match@^0.1`), or the path of a module's file. */
  readonly plugin: string;
  /** The configuration that `plugin_init` gets. @default {} */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Overrides the run's limits for this plugin. */
  readonly limits?: Partial<ResourceLimits>;
  /** How its fuel is counted. @default 'as-asked': as its custom section requests, and coarsely if it requests nothing */
  readonly metering?: MeteringChoice;
  /** What the plugin may access. @default what the policy grants it, otherwise nothing */
  readonly permissions?: Permissions;
}

/** A script instead of a plugin: a file, or an expression. */
export interface ScriptSource {
  /** Path of a script; its extension says which language it is in. */
  readonly script?: string;
  /** An expression over `input`, `output`, `expected` and `record`: the score of an evaluator. */
  readonly inline?: string;
  /** Language of `inline`. @default 'javascript' */
  readonly language?: string;
}

/** A use of a plugin, or of a script instead. */
export type Scripted<Use extends Partial<PluginConfig>> =
  | Use
  | (Omit<Use, 'plugin'> & { readonly plugin?: never } & ScriptSource);

/** A plugin that answers. */
export interface ProviderConfig extends PluginConfig {
  /** Column in the results; unique. @default the plugin's name; with `from`, `*` */
  readonly name?: string;
  /**
   * Only for the provider `replay`: the folder of a run whose answers are reused, by record, prompt, model and epoch. Then `name` says which
   * provider of the run is meant, `*` stands for each of them, and the models are theirs.
   */
  readonly from?: string;
  /** Its models, one case each. May be left out only with `from` or `asked`. */
  readonly models?: readonly (string | ModelConfig)[];
  /**
   * True for a provider that is not tested: it only answers evaluators that ask it by its name, for example for embeddings. It has no `models`; its `prices` name
   * those that are asked for. @default false
   */
  readonly asked?: boolean;
  /** Further fields of its input for every model, for example `temperature` or `max_tokens`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Prices by model name. */
  readonly prices?: Readonly<Record<string, PriceConfig>>;
  readonly calls?: CallsConfig;
}

/** One model of a provider. */
export interface ModelConfig {
  /** Passed to the plugin. */
  readonly name: string;
  /** Override the parameters of the provider. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly price?: PriceConfig;
}

/** Price of a million tokens, in one currency for the whole configuration. */
export interface PriceConfig {
  readonly input: number;
  readonly output: number;
  /** Input that the server had cached. @default the price of `input` */
  readonly cachedInput?: number;
}

/** How calls that wait for a network are made. */
export interface CallsConfig {
  /** Exact number of calls in flight. @default as many as the server accepts, found by probing */
  readonly concurrency?: number;
  /** Maximum number of calls in flight, while their number adapts. @default 200 */
  readonly maxConcurrency?: number;
  /** @default no limit */
  readonly requestsPerMinute?: number;
  /** Tokens of prompts and answers. @default no limit */
  readonly tokensPerMinute?: number;
  /** Further attempts after transient failures. Refusals (429) do not count. @default 5 */
  readonly retries?: number;
  /** Time of one attempt, in milliseconds. @default 300000 */
  readonly timeoutMs?: number;
}

/**
 * A tool that models may call. If it has a plugin of type `custom`, its calls are answered: the plugin gets
 * `{ tool, arguments, record }`, and what it returns goes back to the model. Without a plugin, a call of the tool ends the case, and is kept as data.
 */
export interface ToolConfig extends Partial<PluginConfig> {
  /** How models call it: letters, digits, `_` and `-`, at most 64; unique. */
  readonly name: string;
  /** Tells the model what it does. */
  readonly description?: string;
  /** JSON Schema of its arguments, an object. Arguments that it refuses go back to the model as an error. @default any object */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** How a case goes on after the model's first answer: the record's own turns come first, then those of the simulated user. */
export interface ConversationConfig {
  /** Most turns of the user that the model answers. @default 10 */
  readonly maxTurns?: number;
  /** The conversation ends once an answer of the model contains one of these texts. @default none */
  readonly stop?: string | readonly string[];
  /** A model that plays the user. @default none */
  readonly user?: Scripted<UserConfig>;
}

/** A provider that plays the user. It sees the conversation from the user's side: its own turns as its answers. */
export interface UserConfig extends PluginConfig {
  /** Its model. */
  readonly model: string;
  /** What it is told about its role, as a template over the record, like a prompt. */
  readonly instructions: string;
  /** A turn that contains one of these texts ends the conversation, and is not sent. An empty turn does, too. @default none */
  readonly stop?: string | readonly string[];
  /** Further fields of its input, for example `temperature` or `max_tokens`. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Price of its model. */
  readonly price?: PriceConfig;
  readonly calls?: CallsConfig;
}

/** A plugin that scores: an evaluator, or a custom plugin whose result has a `score`. */
export interface EvaluatorConfig extends PluginConfig {
  /** Column in the results; unique. @default the plugin's name */
  readonly name?: string;
  /**
   * Further fields of the evaluator's input, each with the place of its value in a record; a path as in `dataset.fields`. May name
   * `input` and `expected`, which then differ from those of the other evaluators.
   */
  readonly fields?: Readonly<Record<string, string>>;
  /**
   * `turn`: asked about each answer of a conversation, with the turn of the user as `input`; its score is the mean. If turns of the record have an
   * `expected`, only those count, and one that was not reached counts as 0. @default 'conversation': asked once, about the last answer
   */
  readonly per?: 'conversation' | 'turn';
  /** A case passes if every evaluator that has a threshold reaches it, from 0 to 1. @default it has no influence */
  readonly threshold?: number;
  /** Share in a case's `score`, the weighted mean of its evaluators' scores. @default 1 */
  readonly weight?: number;
  /** For an evaluator that asks a model. */
  readonly calls?: CallsConfig;
  /** For an evaluator that asks a model: prices by model name. */
  readonly prices?: Readonly<Record<string, PriceConfig>>;
  /** Permits a tested model to judge; models favour their own answers, so rows and summary state it. @default false */
  readonly allowSelfJudging?: boolean;
}

/** A plugin that decides which results of a record count. */
export interface FilterConfig extends PluginConfig {
  /** Keeps the texts in rows that the filter drops. @default false: a dropped row has only its numbers and the reason */
  readonly droppedTexts?: boolean;
}

/** How the scores of a case are reduced if it is run more than once. */
export type Reducer =
  | 'mean'
  | 'median'
  | 'mode'
  | 'min'
  | 'max'
  | 'majority'
  | `pass@${number}`
  | `pass^${number}`
  | `at-least-${number}`;

/** How often each case is asked. */
export interface EpochsConfig {
  readonly count: number;
  /** @default 'mean' */
  readonly reducer?: Reducer;
}

/** What a run may spend; the run ends cleanly before it spends more. */
export interface BudgetsConfig extends SpendingConfig {
  /** Time of the run, in milliseconds. */
  readonly timeMs?: number;
  /** What evaluators may spend of it. Evaluators are counted separately from the models. */
  readonly judge?: SpendingConfig;
}

/** Tokens and money. */
export interface SpendingConfig {
  readonly tokens?: number;
  /** In the currency of the prices. */
  readonly money?: number;
}

/** How to treat cached answers of paid calls. */
export type CacheMode = 'use' | 'refresh' | 'off';

/** How a case without a score counts. */
export type OnError = 'missing' | 'wrong';

/** A prompt with its name. */
export interface ResolvedPromptConfig extends PromptConfig {
  readonly name: string;
}

/** A model with all its parameters, and its price if one is known. */
export interface ResolvedModelConfig extends ModelConfig {
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A provider whose parameters and prices have been passed on to its models. */
export interface ResolvedProviderConfig extends Omit<ProviderConfig, 'parameters' | 'prices'> {
  readonly name: string;
  /** None if it is `asked`. */
  readonly models: readonly ResolvedModelConfig[];
  readonly calls: CallsConfig;
  /** Only of one that is `asked`. */
  readonly prices?: Readonly<Record<string, PriceConfig>>;
}

/** An evaluator with its name and weight. */
export interface ResolvedEvaluatorConfig extends EvaluatorConfig {
  readonly name: string;
  readonly weight: number;
}

/** A conversation with its defaults. */
export interface ResolvedConversationConfig extends ConversationConfig {
  readonly maxTurns: number;
  readonly stop: readonly string[];
  readonly user?: UserConfig & {
    readonly stop: readonly string[];
    readonly parameters: Readonly<Record<string, unknown>>;
  };
}

/** A configuration after checks: shorthands written out, defaults filled in, paths absolute. It is a {@link BenchmarkConfig} too. */
export interface ResolvedBenchmarkConfig extends Omit<
  BenchmarkConfig,
  '$schema' | 'provider' | 'filter' | 'tools' | 'conversation'
> {
  readonly dataset: ResolvedDatasetConfig;
  readonly prompts: readonly ResolvedPromptConfig[];
  readonly providers: readonly ResolvedProviderConfig[];
  readonly transforms: readonly PluginConfig[];
  readonly evaluators: readonly ResolvedEvaluatorConfig[];
  readonly filters: readonly FilterConfig[];
  /** Absent if there are none. */
  readonly tools?: readonly ToolConfig[];
  /** Absent if the configuration has none. */
  readonly conversation?: ResolvedConversationConfig;
  readonly epochs: Required<EpochsConfig>;
  readonly seed: number;
  readonly limits: Partial<ResourceLimits>;
  readonly isolation: Isolation;
  readonly failFast: boolean;
  readonly budgets: BudgetsConfig;
  readonly cache: CacheMode;
  readonly onError: OnError;
  readonly maxErrors: number;
  readonly reporters?: readonly ReporterConfig[];
}
