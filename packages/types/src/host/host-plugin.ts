import type {
  CallContext,
  EvaluatorData,
  EvaluatorResult,
  FilterData,
  FilterResult,
  ProviderData,
  ProviderResult,
} from '../data/plugin-data.js';
import type { PluginMetadata, PluginType } from '../metadata/plugin-metadata.js';
import type { LogRecord } from './host-binding.js';

/** What a host plugin says about itself. */
export interface HostPluginMetadata<Type extends PluginType = PluginType> extends Partial<
  Omit<PluginMetadata, 'name' | 'version' | 'pluginType' | 'permissions' | 'metering'>
> {
  readonly name: string;
  /** Semantic version of the plugin. */
  readonly version: string;
  readonly pluginType: Type;
}

/** One call of a host plugin. */
export interface HostPluginCall {
  /** Fires when the call is over: its time is up, the caller has cancelled it, or its plugin is unloaded. Any answer after that is ignored. */
  readonly signal: AbortSignal;
  /** The context sent in addition to the data. */
  readonly context: CallContext;
  /** Reports a number, which appears in the output's metadata. */
  reportMetric(name: string, value: number): void;
  /**
   * Passes a chunk of the answer to a caller that reads a stream; fulfilled once it is taken.
   *
   * @param chunk Copied; at most 1 MiB.
   */
  emit(chunk: Uint8Array): Promise<void>;
  /** Writes a record to the host's `onLog`. */
  log(level: LogRecord['level'], message: string): void;
}

/** The members of every host plugin, regardless of its type. */
export interface HostPluginBase<Type extends PluginType> {
  readonly metadata: HostPluginMetadata<Type>;
  /** Receives `config` of `registerPlugin`, once, before any call. Throw to reject it. */
  init?(config: unknown): void | Promise<void>;
  /** Called once when no more calls will come. Its errors are ignored, and the host waits for it for a second at most. */
  shutdown?(): void | Promise<void>;
}

/** Scores an answer: host code instead of a WebAssembly evaluator. */
export interface EvaluatorPlugin extends HostPluginBase<'evaluator'> {
  evaluate(data: EvaluatorData, call: HostPluginCall): EvaluatorResult | Promise<EvaluatorResult>;
  /**
   * Scores a whole set from the sums of metrics over its results; required if the metadata says `aggregate: 'sums'`.
   *
   * @param sums By name of the metric.
   * @param n Number of results that were added up, at least 1.
   */
  aggregate?(
    sums: Readonly<Record<string, number>>,
    n: number,
    call: HostPluginCall,
  ): EvaluatorResult | Promise<EvaluatorResult>;
}

/** Answers as a model does: host code instead of a WebAssembly provider. */
export interface ProviderPlugin extends HostPluginBase<'provider'> {
  complete(data: ProviderData, call: HostPluginCall): ProviderResult | Promise<ProviderResult>;
}

/** Rewrites data, any JSON to any JSON: host code instead of a WebAssembly transform. */
export interface TransformPlugin extends HostPluginBase<'transform'> {
  transform(data: unknown, call: HostPluginCall): unknown;
}

/** Keeps some of the items: host code instead of a WebAssembly filter. */
export interface FilterPlugin extends HostPluginBase<'filter'> {
  filter(data: FilterData, call: HostPluginCall): FilterResult | Promise<FilterResult>;
}

/** Does what the other types do not; any JSON to any JSON. */
export interface CustomPlugin extends HostPluginBase<'custom'> {
  run(data: unknown, call: HostPluginCall): unknown;
}

/** Host plugins by their type. */
export interface HostPluginByType {
  readonly evaluator: EvaluatorPlugin;
  readonly provider: ProviderPlugin;
  readonly transform: TransformPlugin;
  readonly filter: FilterPlugin;
  readonly custom: CustomPlugin;
}

/** A host plugin: trusted code that is called in the same way as WebAssembly plugins. */
export type HostPlugin = HostPluginByType[PluginType];
