import { LoadError } from '@testbench/types/errors';

/**
 * A copy of a configuration, made through JSON; undefined stays undefined.
 *
 * @param plugin The plugin in the message, as in "Cannot load …".
 * @throws {LoadError} `LOAD_INVALID_CONFIG` for a value that JSON cannot represent.
 */
export function ownJson(value: unknown, plugin: string): unknown {
  if (value === undefined) return undefined;
  const refuse = (reason: string, options?: ErrorOptions): LoadError =>
    new LoadError(
      'LOAD_INVALID_CONFIG',
      `Cannot load ${plugin}: its config has no JSON form (${reason})`,
      options,
    );
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return JSON.parse(text);
  } catch (cause) {
    throw refuse(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  throw refuse(`it is a ${typeof value}`);
}
