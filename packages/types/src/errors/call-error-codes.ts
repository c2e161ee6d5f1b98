/** Every {@link CallErrorCode}. */
export const CALL_ERROR_CODES = [
  /** No plugin with that id is loaded. */
  'CALL_NOT_FOUND',
  /** The input cannot be written as JSON, is too large, or the plugin refused it (-2). */
  'CALL_INVALID_INPUT',
  /** The fuel limit is used up. */
  'CALL_FUEL_EXHAUSTED',
  /** The time limit is over. */
  'CALL_DEADLINE_EXCEEDED',
  /** The plugin requested more memory than its limit, and failed without it. */
  'CALL_MEMORY_EXHAUSTED',
  /** The guest's call stack overflowed. */
  'CALL_STACK_EXHAUSTED',
  /** The output is longer than `maxOutputBytes`. */
  'CALL_OUTPUT_TOO_LARGE',
  /** Too many calls are running and waiting. */
  'CALL_CONCURRENCY_EXCEEDED',
  /** The guest trapped: `unreachable`, division by zero, out of bounds, `abort`, … */
  'CALL_TRAPPED',
  /** The plugin returned an error code; `pluginCode` and `pluginMessage` are its own. */
  'CALL_PLUGIN_FAILED',
  /** The plugin asked more often than a call may, instead of giving a result. */
  'CALL_ASKS_EXCEEDED',
  /** Pointer, length, UTF-8, JSON or shape of the output is wrong. */
  'CALL_INVALID_OUTPUT',
  /** The adapter of a wire protocol that the host added failed; the plugin is not at fault. */
  'CALL_PROTOCOL_FAILED',
  /** The request needs something that this host cannot provide in this isolation (a stream, inline, without JSPI), or that the plugin does not offer (the score of a set). */
  'CALL_UNSUPPORTED',
  /** The caller's `AbortSignal` fired. */
  'CALL_CANCELLED',
  /** The thread or process that ran the plugin died. */
  'CALL_CRASHED',
  /** The thread or process that ran the plugin sent a message that none of ours sends, and was ended. */
  'CALL_BAD_MESSAGE',
  /** No fresh instance could be started for the call: see `cause`. */
  'CALL_START_FAILED',
  /** The plugin crashed, or did not start, too often and is quarantined; `retryAfterMs` says for how long. */
  'CALL_QUARANTINED',
  /** The plugin was unloaded before the call could end. */
  'CALL_UNLOADED',
  /** Another version took the plugin's place, and the call did not end within `drainTimeoutMs`. */
  'CALL_REPLACED',
  /** The system, or the manager, is closed. */
  'CALL_SHUT_DOWN',
  /** Of `PluginInstance`: an earlier call failed on it, or it was shut down. */
  'CALL_INSTANCE_SPENT',
  /** Of `PluginInstance`: it is in another call. */
  'CALL_INSTANCE_BUSY',
  /** Of `PluginInstance`: the plugin may wait for the host, and this method cannot. */
  'CALL_MUST_WAIT',
] as const;

/** Why a call failed. The same in every isolation mode. */
export type CallErrorCode = (typeof CALL_ERROR_CODES)[number];
