import { LoadError, PluginError } from '@testbench/types/errors';

/** The error for a file that cannot be read or is not a plugin. */
export function toLoadError(path: string, error: unknown): LoadError {
  if (error instanceof LoadError) return error;
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const code = PluginError.is(error)
    ? 'LOAD_INVALID_MODULE'
    : missing
      ? 'LOAD_NOT_FOUND'
      : 'LOAD_UNREADABLE';
  return new LoadError(code, `Cannot read "${path}": ${(error as Error).message}`, {
    cause: error,
  });
}
