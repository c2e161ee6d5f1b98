import { LoadError } from '@testbench/types';

/**
 * A copy of a configuration as JSON has it; undefined stays undefined.
 *
 * @throws {LoadError} `LOAD_INIT_FAILED` for what JSON cannot hold.
 */
export function ownJson(value: unknown): unknown {
  if (value === undefined) return undefined;
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LoadError('LOAD_INIT_FAILED', `Cannot write config as JSON: ${reason}`, { cause });
  }
  throw new LoadError(
    'LOAD_INIT_FAILED',
    `Cannot write config as JSON: a ${typeof value} has no JSON form`,
  );
}
