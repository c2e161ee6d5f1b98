/** What a custom host function may know about the call that it serves. */
export interface CustomFunctionCall {
  /** Id of the calling plugin; its digest while it is being loaded, if neither its host nor its metadata section names it. */
  readonly pluginId: string;
  readonly requestId?: string | undefined;
  /** Fires when the plugin's call is cancelled, its time is over, or it has ended without the answer. */
  readonly signal: AbortSignal;
}

/**
 * A function that a host offers to its plugins: takes and returns JSON values, at once or as a promise.
 *
 * The input comes from a plugin and is any JSON value: check it. A thrown error goes to the log; the plugin only learns
 * that the function failed.
 */
export type CustomHostFunction = (input: unknown, call: CustomFunctionCall) => unknown;

/** Custom host functions by name, such as `mine.lookup`. */
export type CustomHostFunctions = Readonly<Record<string, CustomHostFunction>>;
