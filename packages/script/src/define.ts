import type { Capability, Permissions, PluginMetadata } from '@testbench/types';

/** JSON that a data set, a server or another plugin made: a script knows what it expects, and no type does. */
// oxlint-disable-next-line typescript/no-explicit-any -- `unknown` would have authors cast every field
type Anything = any;

/** What an author's function receives in addition to its data. */
export interface ScriptContext<Config = Readonly<Record<string, unknown>>> {
  /** The plugin's configuration, checked against `config` of the definition, with defaults. */
  readonly config: Config;
  /** Writes to the host's log: `log('…')`, `log.warn('…')`. `console` does the same. */
  readonly log: ScriptLog;
  /** A number in [0, 1), from the host; `Math.random` is the same. */
  readonly random: () => number;
  /** What is kept beyond a call, as JSON by name; see `host_set_state`. */
  readonly state: ScriptState;
  /** A request through the host, which has to grant it. The definition asks by `permissions.network`. */
  readonly fetch: (
    url: string | { toString(): string },
    options?: ScriptRequest,
  ) => Promise<ScriptResponse>;
  /** Asks a provider that the host knows by that name; in a benchmark one of the configuration. */
  readonly complete: (provider: string, data: object) => Promise<unknown>;
  /** Embeddings of up to 64 texts, in their order, by a model of a provider that the host knows by that name. */
  readonly embed: (
    provider: string,
    model: string,
    texts: readonly string[],
  ) => Promise<readonly (readonly number[])[]>;
  /** An environment variable that the host grants; undefined if there is none. */
  readonly env: (name: string) => string | undefined;
  /** Files of the record, such as images, for a script with `multi_modal_evaluation` among its `capabilities`. */
  readonly attachments: readonly ScriptAttachment[];
  /** One chunk of a streamed answer. */
  readonly emit: (text: string) => void;
  readonly requestId: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A file of the record. */
export interface ScriptAttachment {
  /** The field of the record that names it. */
  readonly field: string;
  /** As the host found it in the bytes: `image/png`. */
  readonly mediaType: string;
  /** In bytes. */
  readonly size: number;
  /** `sha256:` and the hex digest of its bytes. */
  readonly digest: string;
  /** The whole file; throws if the host does not give it. */
  bytes(): Uint8Array;
  /** The whole file as UTF-8; throws if the host does not give it. */
  text(): string;
}

type Write = (...values: readonly unknown[]) => void;

/** The log of a script. */
export interface ScriptLog extends Write {
  readonly trace: Write;
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

/** The state of a script. Each function throws if the host refuses. */
export interface ScriptState {
  /** undefined if nothing is kept under the name. */
  get(key: string): unknown;
  /** Keeps what JSON can hold, in the place of an old value. */
  set(key: string, value: unknown): void;
  /** True if there was something. */
  delete(key: string): boolean;
}

/** How a request is made. */
export interface ScriptRequest {
  /** @default 'GET' */
  readonly method?: string;
  /** `${secret:NAME}` in a value is filled in by the host. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | ArrayBuffer;
  /** @default the time that the call has left */
  readonly timeoutMs?: number;
}

/** What a server answered. */
export interface ScriptResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  readonly headers: { get(name: string): string | null; has(name: string): boolean };
  /** The body, as UTF-8. */
  text(): Promise<string>;
  /** The body as JSON; rejects if it is none. */
  json(): Promise<Anything>;
  /** The body as it came. */
  bytes(): Promise<Uint8Array>;
}

type MaybePromise<T> = T | Promise<T>;

/** What every definition may say; what is left out is filled in by the build. */
export interface ScriptFacts<Config> extends Partial<
  Pick<
    PluginMetadata,
    | 'name'
    | 'version'
    | 'description'
    | 'author'
    | 'license'
    | 'homepage'
    | 'custom'
    | 'dependencies'
    | 'metering'
  >
> {
  readonly capabilities?: readonly Capability[];
  /** What the script asks its host for; asking grants nothing. */
  readonly permissions?: Permissions;
  /** True if it asks a provider by `complete`; `permissions.network` says so too. @default false */
  readonly asking?: boolean;
  /** JSON Schema of the configuration, or the schemas of its properties. */
  readonly config?:
    | { readonly [Name in keyof Config]: object }
    | { readonly type: 'object'; readonly properties: object };
}

/** What an evaluator gets. */
export interface EvaluatorRecord {
  readonly input?: Anything;
  readonly output: Anything;
  readonly expected?: Anything;
  readonly record?: Anything;
  readonly [field: string]: Anything;
}

/** What an evaluator gives: a score from 0 to 1, or more. */
export interface ScriptEvaluation {
  readonly score: number | boolean;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly explanation?: string;
  /** 0 to 1. */
  readonly confidence?: number;
}

/** An evaluator. */
export interface EvaluatorDefinition<Config> extends ScriptFacts<Config> {
  /** Judges one answer. What it throws fails the call. */
  evaluate(
    record: EvaluatorRecord,
    context: ScriptContext<Config>,
  ): MaybePromise<number | boolean | ScriptEvaluation>;
  /** The score of a whole set, of the sums of its metrics; then the metadata say `aggregate: "sums"`. */
  aggregate?(
    sums: Readonly<Record<string, number>>,
    count: number,
    context: ScriptContext<Config>,
  ): MaybePromise<number | ScriptEvaluation>;
}

/** A transform: any data to any data. */
export interface TransformDefinition<Config> extends ScriptFacts<Config> {
  /** Turns one value into another. What it throws fails the call. */
  transform(data: Anything, context: ScriptContext<Config>): unknown;
}

/** A filter by item, or of all at once. */
export type FilterDefinition<Config> = ScriptFacts<Config> &
  (
    | {
        keep(
          item: Anything,
          context: ScriptContext<Config>,
          index: number,
        ): MaybePromise<boolean | string>;
      }
    | {
        filter(
          data: { readonly items: readonly Anything[] },
          context: ScriptContext<Config>,
        ): unknown;
      }
  );

/** What a provider gets. */
export interface ProviderRequest {
  readonly model: string;
  readonly prompt?: string;
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
  readonly [parameter: string]: unknown;
}

/** A provider; it answers with a text, or with an object of the contract. */
export interface ProviderDefinition<Config> extends ScriptFacts<Config> {
  /** Answers one prompt. What it throws fails the call. */
  complete(
    request: ProviderRequest,
    context: ScriptContext<Config>,
  ): MaybePromise<string | { readonly text: string; readonly [field: string]: unknown }>;
}

/** Anything else. */
export interface CustomDefinition<Config> extends ScriptFacts<Config> {
  /** Gives one value for another. What it throws fails the call. */
  run(data: Anything, context: ScriptContext<Config>): unknown;
}

type Values = Readonly<Record<string, unknown>>;

/** A definition with its type; what a script exports by default. */
export type Defined<Definition> = Definition & { readonly pluginType: string };

/**
 * Says what an evaluator is; a script exports what comes back as its default.
 *
 * @example
 * ```ts
 * import { defineEvaluator } from '@testbench/script';
 *
 * const definition = defineEvaluator({
 *   name: 'short-enough',
 *   config: { most: { type: 'integer', default: 200 } },
 *   evaluate: ({ output }, { config }) => output.length <= Number(config.most),
 * });
 * definition.pluginType; // => 'evaluator'
 * ```
 */
export function defineEvaluator<Config = Values>(
  definition: EvaluatorDefinition<Config>,
): Defined<EvaluatorDefinition<Config>> {
  return { ...definition, pluginType: 'evaluator' };
}

/** Says what a transform is; see {@link defineEvaluator}. */
export function defineTransform<Config = Values>(
  definition: TransformDefinition<Config>,
): Defined<TransformDefinition<Config>> {
  return { ...definition, pluginType: 'transform' };
}

/** Says what a filter is; see {@link defineEvaluator}. */
export function defineFilter<Config = Values>(
  definition: FilterDefinition<Config>,
): Defined<FilterDefinition<Config>> {
  return { ...definition, pluginType: 'filter' };
}

/** Says what a provider is; see {@link defineEvaluator}. */
export function defineProvider<Config = Values>(
  definition: ProviderDefinition<Config>,
): Defined<ProviderDefinition<Config>> {
  return { ...definition, pluginType: 'provider' };
}

/** Says what another plugin is; see {@link defineEvaluator}. */
export function defineCustom<Config = Values>(
  definition: CustomDefinition<Config>,
): Defined<CustomDefinition<Config>> {
  return { ...definition, pluginType: 'custom' };
}

/** Thrown by a script for an input that makes no sense: the call fails with `CALL_INVALID_INPUT`, and not as a mistake of the script. */
export class InvalidInputError extends Error {
  /** `InvalidInputError`, in every realm. */
  override get name(): 'InvalidInputError' {
    return 'InvalidInputError';
  }
}
