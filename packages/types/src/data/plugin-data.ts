/** Metadata that travels with an input. */
export interface CallContext {
  /** Names the call in logs and traces. */
  readonly requestId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The input of a plugin call. */
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
   * Fuel units charged. The same for every call with the same input only if the plugin is loaded with `state: 'reset'` and
   * asks the host for neither the time nor random numbers.
   */
  readonly fuelUsed: number;
  /** Present if the plugin has asked; the figures above cover all its rounds. */
  readonly asking?: {
    /** Rounds that ended with asks; the last one, which gave the result, does not count. */
    readonly rounds: number;
    /** Number of asks over all rounds. */
    readonly asks: number;
    /** Time spent waiting for answers without holding any resources, in milliseconds. */
    readonly waitTimeMs: number;
  };
}

/** The result of a call. */
export interface PluginOutput<Data = unknown> {
  readonly data: Data;
  readonly metadata: OutputMetadata;
}

/** `data` that an evaluator gets; any other field passes through. */
export interface EvaluatorData {
  readonly input?: unknown;
  /** The answer to judge. */
  readonly output: unknown;
  /** The right answer, as in the record: most evaluators take a text, or a list of texts any of which is right. */
  readonly expected?: unknown;
  readonly [field: string]: unknown;
}

/** `data` that an evaluator returns. */
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
  /** Of an assistant: the tools that it calls, in the form of chat completions. */
  readonly tool_calls?: readonly ChatToolCall[];
  /** Of a tool: the id of the call that it answers. */
  readonly tool_call_id?: string;
}

/** A call of a tool in a conversation, in the form of chat completions. */
export interface ChatToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A tool that a model may call, in the form of chat completions. */
export interface ChatTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string;
    /** JSON Schema of its arguments. */
    readonly parameters?: Readonly<Record<string, unknown>>;
  };
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
  /** Texts to turn into embeddings instead of a completion; then there is neither `prompt` nor `messages`. */
  readonly embed?: readonly string[];
  readonly tools?: readonly ChatTool[];
  readonly tool_choice?:
    | 'auto'
    | 'none'
    | 'required'
    | { readonly type: 'function'; readonly function: { readonly name: string } };
  readonly [field: string]: unknown;
}

/** `data` that a provider returns, in the wire's names. */
export interface ProviderResult {
  readonly text: string;
  readonly model: string;
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
    readonly total_tokens?: number;
  };
  readonly finish_reason?: string;
  /** For `embed`: one vector for each text, in their order; `text` is then empty. */
  readonly embeddings?: readonly (readonly number[])[];
  /** Tools that the model wants to be called; `arguments` is JSON as the model wrote it, and may be wrong. */
  readonly tool_calls?: readonly {
    readonly id?: string;
    readonly name: string;
    readonly arguments?: string;
  }[];
}

/** `data` that a filter gets. */
export interface FilterData {
  readonly items: readonly unknown[];
  readonly [field: string]: unknown;
}

/** `data` that a filter returns. */
export interface FilterResult {
  /** The kept items, in order. */
  readonly items: readonly unknown[];
  readonly dropped?: readonly { readonly index: number; readonly reason?: string }[];
}

/** Input and output of a plugin, by its type. */
export interface PluginDataByType {
  readonly evaluator: { readonly data: EvaluatorData; readonly result: EvaluatorResult };
  readonly provider: { readonly data: ProviderData; readonly result: ProviderResult };
  readonly transform: { readonly data: unknown; readonly result: unknown };
  readonly filter: { readonly data: FilterData; readonly result: FilterResult };
  readonly custom: { readonly data: unknown; readonly result: unknown };
}
