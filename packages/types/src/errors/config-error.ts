import { PluginError } from './plugin-error.js';

/** Why a configuration was refused. */
export type ConfigErrorCode = 'CONFIG_UNKNOWN_KEY' | 'CONFIG_INVALID';

/** Fields that a {@link ConfigError} has where they are known. */
export interface ConfigErrorDetails extends ErrorOptions {
  readonly file?: string;
  readonly line?: number;
}

/** A configuration has an unknown key or a wrong value. */
export class ConfigError extends PluginError<ConfigErrorCode> {
  /** The file that it was read from. */
  readonly file: string | undefined;
  /** The line of the value, or of the value that contains it, counted from 1. */
  readonly line: number | undefined;

  /** @param path Path in the configuration, such as `limits.timeoutMs`. */
  constructor(
    code: ConfigErrorCode,
    readonly path: string,
    message: string,
    details: ConfigErrorDetails = {},
  ) {
    const { file, line, ...options } = details;
    super(code, message, options);
    this.file = file;
    this.line = line;
  }

  override get name(): 'ConfigError' {
    return 'ConfigError';
  }
}
