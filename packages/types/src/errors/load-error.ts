import { escapeText } from '../text/escape-text.js';
import { PluginError } from './plugin-error.js';

/** Every {@link LoadErrorCode}. */
export const LOAD_ERROR_CODES = [
  /** No such file. */
  'LOAD_NOT_FOUND',
  /** No plugin with that id is loaded. */
  'LOAD_NOT_LOADED',
  /** There is no earlier version to go back to. */
  'LOAD_NO_EARLIER_VERSION',
  /** The plugin came from bytes, so there is no file to watch. */
  'LOAD_NO_FILE',
  /** The file exists but cannot be read as a module: a directory, no permission, too large. */
  'LOAD_UNREADABLE',
  /** A folder that is searched for plugins has too many files. */
  'LOAD_TOO_MANY_FILES',
  /** A plugin with that id is already loaded. */
  'LOAD_ALREADY_LOADED',
  /** `maxLoadedPlugins` is reached. */
  'LOAD_TOO_MANY_PLUGINS',
  /** The bytes are not a valid WebAssembly module; `offset` says where. */
  'LOAD_INVALID_MODULE',
  /** The module is valid, but admission rejects it; `violations` says why. */
  'LOAD_REJECTED',
  /** The source map that the caller named is not a source map, exceeds a limit, or belongs to another module. */
  'LOAD_INVALID_SOURCE_MAP',
  /** A required export is missing or has another type. */
  'LOAD_BAD_EXPORT',
  /** The metadata is not JSON, or does not have the contract's shape. */
  'LOAD_INVALID_METADATA',
  /** `plugin_metadata` returned an error code, trapped or hit a limit. */
  'LOAD_METADATA_FAILED',
  /** Custom section and `plugin_metadata` disagree. */
  'LOAD_METADATA_MISMATCH',
  /** The plugin is of another type than the caller expects. */
  'LOAD_WRONG_TYPE',
  /** The plugin was made for another version of the contract, or for a newer host. */
  'LOAD_INCOMPATIBLE_API',
  /** Instantiation, the start function or `_initialize` failed. */
  'LOAD_START_FAILED',
  /** The adapter of a wire protocol that the host added cannot be read, is not an adapter, or failed while the plugin was loaded. */
  'LOAD_PROTOCOL_FAILED',
  /** The configuration has no JSON form; nothing was loaded. */
  'LOAD_INVALID_CONFIG',
  /** `plugin_init` returned an error code. */
  'LOAD_INIT_FAILED',
  /** `plugin_init` trapped or hit a limit: see `cause`. */
  'LOAD_INIT_TRAPPED',
  /** The plugin's state file is in use by this host or another one. */
  'LOAD_STATE_IN_USE',
  /** The plugin's state file is not a state file, or is damaged. */
  'LOAD_STATE_DAMAGED',
  /** The plugin's state file cannot be opened, read or written. */
  'LOAD_STATE_UNREADABLE',
  /** A new version failed its health check or gave an unexpected answer; the old one stays. */
  'LOAD_UNHEALTHY',
  /** The plugin needs something that this host cannot provide in this isolation mode: waiting without JSPI. */
  'LOAD_UNSUPPORTED',
  /** Too many plugins wait for a thread or process to be loaded in. */
  'LOAD_CONCURRENCY_EXCEEDED',
  /** The thread or process did not get the plugin ready in time, and was ended. */
  'LOAD_DEADLINE_EXCEEDED',
  /** The thread or process that should read or run the plugin died. */
  'LOAD_CRASHED',
  /** The thread or process that should run the plugin sent a message that none of ours sends, and was ended. */
  'LOAD_BAD_MESSAGE',
  /** The plugin was unloaded while another version of it was loaded. */
  'LOAD_UNLOADED',
  /** The manager or the system is closed. */
  'LOAD_SHUT_DOWN',
] as const;

/** Why a plugin could not be found, read, admitted, checked or started. */
export type LoadErrorCode = (typeof LOAD_ERROR_CODES)[number];

/** Fields that a {@link LoadError} carries where they apply. */
export interface LoadErrorDetails extends ErrorOptions {
  /** Byte offset in the module, counted from its start. */
  readonly offset?: number | undefined;
  /** Every admission rule that the module breaks. */
  readonly violations?: readonly AdmissionViolation[];
  /** The export or metadata field at fault. */
  readonly field?: string;
}

/** One admission rule that a module breaks. */
export interface AdmissionViolation {
  /** Name of the cap or rule, as in the limits table: `maxTableElements`, `import`, … */
  readonly rule: string;
  /** The module's value, where the rule is a cap. */
  readonly value?: number | string;
  /** What is allowed, where the rule is a cap. */
  readonly limit?: number | string;
  /** Byte offset of the offending item, counted from the module's start. */
  readonly offset: number;
  /** One sentence for people. */
  readonly message: string;
}

/** A plugin could not be loaded. Nothing of it is kept. */
export class LoadError extends PluginError<LoadErrorCode> {
  readonly offset: number | undefined;
  readonly violations: readonly AdmissionViolation[];
  readonly field: string | undefined;

  constructor(code: LoadErrorCode, message: string, details: LoadErrorDetails = {}) {
    // A message may quote text of a plugin; escape it before printing.
    super(
      code,
      escapeText(message),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.offset = details.offset;
    this.violations = details.violations ?? [];
    this.field = details.field;
  }

  override get name(): 'LoadError' {
    return 'LoadError';
  }
}
