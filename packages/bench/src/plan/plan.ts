import type { MeteringChoice } from '@testbench/core';
import type { ResourceLimits, Permissions } from '@testbench/types';

import type {
  EpochsConfig,
  OnError,
  PriceConfig,
  ResolvedBenchmarkConfig,
} from '../config/benchmark-config.js';
import type { ResolvedAttachmentConfig } from '../config/dataset-config.js';

/** Version of {@link PlanContent}: part of every plan's digest. */
export const PLAN_FORMAT_VERSION = 1;

/** A plugin at its place in a plan. */
export interface PlannedPlugin {
  readonly name: string;
  readonly version: string;
  /** `sha256:` and the hex digest of the module. */
  readonly digest: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly limits: Partial<ResourceLimits>;
  /** Present only if the configuration has it; it decides what a unit of fuel is. */
  readonly metering?: MeteringChoice;
  /** Present only if the configuration has them; grants of a policy belong to how a plan is run. */
  readonly permissions?: Permissions;
}

/** A prompt, with the text of its file. */
export interface PlannedPrompt {
  readonly name: string;
  readonly template?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface PlannedModel {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly price?: PriceConfig;
}

export interface PlannedProvider extends PlannedPlugin {
  /** Its name in the results. */
  readonly as: string;
  readonly models: readonly PlannedModel[];
  /** Present only for one that evaluators ask, and that is not tested. */
  readonly asked?: boolean;
  /** Its prices, by model. */
  readonly prices?: Readonly<Record<string, PriceConfig>>;
}

export interface PlannedEvaluator extends PlannedPlugin {
  /** Its name in the results. */
  readonly as: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly threshold?: number;
  readonly weight: number;
  /** Present only if it is asked about each turn. */
  readonly per?: 'turn';
  readonly prices?: Readonly<Record<string, PriceConfig>>;
}

export interface PlannedFilter extends PlannedPlugin {
  readonly droppedTexts: boolean;
}

/** A tool, and the plugin that answers it, if there is one. */
interface PlannedTool {
  readonly as: string;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly plugin?: PlannedPlugin;
}

/** How cases go on after the first answer. */
interface PlannedConversation {
  readonly maxTurns: number;
  readonly stop: readonly string[];
  readonly user?: PlannedUser;
}

/** The plugin that plays the user. */
export interface PlannedUser extends PlannedPlugin {
  readonly model: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly instructions: string;
  readonly stop: readonly string[];
  readonly price?: PriceConfig;
}

/** The records of a plan. */
export interface PlannedDataset {
  /** `sha256:` and the hex digest of the data read. */
  readonly digest: string;
  /** Records that are taken. */
  readonly records: number;
  readonly offset: number;
  readonly sample?: unknown;
  readonly shuffle?: unknown;
  readonly fields: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  /** Present only if the configuration names attachments. */
  readonly attachments?: {
    readonly fields: readonly ResolvedAttachmentConfig[];
    /** `sha256:` and the hex digest over the attachments of all records, in their order. */
    readonly digest: string;
    readonly files: number;
    /** Files that records name by a path. */
    readonly paths: number;
    readonly bytes: number;
  };
}

/**
 * Everything that decides the content of a run's rows, except for values decided by clocks and servers. How it is run is not included: concurrency, cache,
 * isolation, budgets, folders, policy.
 */
export interface PlanContent {
  readonly formatVersion: typeof PLAN_FORMAT_VERSION;
  /** Version of the contract between host and plugins. */
  readonly contract: string;
  readonly name: string;
  readonly dataset: PlannedDataset;
  readonly prompts: readonly PlannedPrompt[];
  readonly providers: readonly PlannedProvider[];
  readonly transforms: readonly PlannedPlugin[];
  readonly evaluators: readonly PlannedEvaluator[];
  readonly filters: readonly PlannedFilter[];
  /** Present only if the configuration has tools. */
  readonly tools?: readonly PlannedTool[];
  /** The plugin that checks the arguments of tools; present only if plugins answer tools. */
  readonly toolCheck?: PlannedPlugin;
  readonly toolChoice?: string;
  /** Present only if plugins answer tools. */
  readonly maxSteps?: number;
  /** Present only if the configuration or its records have turns. */
  readonly conversation?: PlannedConversation;
  readonly epochs: Required<EpochsConfig>;
  readonly seed: number;
  readonly onError: OnError;
}

/** A configuration with everything resolved. */
export interface Plan {
  /** `sha256:` and the hex digest of the content in canonical JSON: it identifies the plan. */
  readonly digest: string;
  /** Name of the run's folder: the benchmark's name and the first 12 digits of the digest. */
  readonly run: string;
  readonly content: PlanContent;
  /** The configuration that it was made from, which also says how it is run. */
  readonly config: ResolvedBenchmarkConfig;
}
