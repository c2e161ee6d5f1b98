/** Metadata that travels with an input. */
export interface CallContext {
  /** Names the call in logs and traces. */
  readonly requestId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a plugin is called with. */
export interface PluginInput<Data = unknown> {
  /** Any JSON value; its shape depends on the plugin's type. */
  readonly data: Data;
  readonly context?: CallContext;
}

/** What a call reports in addition to its data. */
export interface OutputMetadata {
  /** Numbers that the plugin reports. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Wall time inside the plugin, in milliseconds. */
  readonly executionTimeMs: number;
  /** Size of the guest's linear memory after the call, in bytes. */
  readonly memoryUsedBytes: number;
  /**
   * Fuel units charged. The same for every call with the same input only where the plugin is loaded with `state: 'reset'` and
   * asks the host neither for the time nor for random numbers.
   */
  readonly fuelUsed: number;
  /** Of a plugin that has asked; the figures above are those of all its rounds. */
  readonly asking?: {
    /** Rounds that ended with asking; the last one, that gave the result, does not count. */
    readonly rounds: number;
    /** What was asked, over all rounds. */
    readonly asks: number;
    /** Time in which it waited for answers and held nothing, in milliseconds. */
    readonly waitTimeMs: number;
  };
}

/** What a call gives back. */
export interface PluginOutput<Data = unknown> {
  readonly data: Data;
  readonly metadata: OutputMetadata;
}

/** `data` that an evaluator gets; any other field passes through. */
export interface EvaluatorData {
  readonly input?: unknown;
  /** The answer to judge. */
  readonly output: unknown;
  /** The right answer, as the record has it: most evaluators take a text, or a list of texts of which any will do. */
  readonly expected?: unknown;
  readonly [field: string]: unknown;
}

/** `data` that an evaluator gives. */
export interface EvaluatorResult {
  /** 0 (wrong) to 1 (right). */
  readonly score: number;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly explanation?: string;
  /** 0 to 1. */
  readonly confidence?: number;
}

/** One turn of a conversation. */
export interface ChatMessage {
  readonly role: string;
  readonly content: unknown;
}

/** `data` that a provider gets, in the wire's names. */
export interface ProviderData {
  readonly model: string;
  readonly prompt?: string;
  readonly messages?: readonly ChatMessage[];
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly stop?: string | readonly string[];
  readonly stream?: boolean;
  readonly [field: string]: unknown;
}

/** `data` that a provider gives, in the wire's names. */
export interface ProviderResult {
  readonly text: string;
  readonly model: string;
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
    readonly total_tokens?: number;
  };
  readonly finish_reason?: string;
}

/** `data` that a filter gets. */
export interface FilterData {
  readonly items: readonly unknown[];
  readonly [field: string]: unknown;
}

/** `data` that a filter gives. */
export interface FilterResult {
  /** The kept items, in order. */
  readonly items: readonly unknown[];
  readonly dropped?: readonly { readonly index: number; readonly reason?: string }[];
}

/** What goes into a plugin and what it gives, by its type. */
export interface PluginDataByType {
  readonly evaluator: { readonly data: EvaluatorData; readonly result: EvaluatorResult };
  readonly provider: { readonly data: ProviderData; readonly result: ProviderResult };
  readonly transform: { readonly data: unknown; readonly result: unknown };
  readonly filter: { readonly data: FilterData; readonly result: FilterResult };
  readonly custom: { readonly data: unknown; readonly result: unknown };
}
