import { PluginError } from './plugin-error.js';

/** Why a configuration was refused. */
export type ConfigErrorCode = 'CONFIG_UNKNOWN_KEY' | 'CONFIG_INVALID';

/** A configuration has an unknown key or a wrong value. */
export class ConfigError extends PluginError<ConfigErrorCode> {
  /** @param path Where in the configuration, such as `limits.timeoutMs`. */
  constructor(
    code: ConfigErrorCode,
    readonly path: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
  }

  override get name(): 'ConfigError' {
    return 'ConfigError';
  }
}
