import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { parseJsonText } from '@testbench/core';

import { UsageError } from './usage-error.js';

/**
 * Reads an option that is JSON, or `@` and the name of a file with JSON.
 *
 * @throws {UsageError} Not JSON, or no such file.
 */
export async function readJsonArgument(
  command: string,
  option: string,
  argument: string,
  cwd: string,
): Promise<unknown> {
  const isFile = argument.startsWith('@');
  const source = isFile ? `--${option} file "${argument.slice(1)}"` : `--${option}`;
  let content: string | Uint8Array = argument;
  if (isFile) {
    try {
      content = await readFile(resolve(cwd, argument.slice(1)));
    } catch (error) {
      throw new UsageError(`${source} cannot be read: ${(error as Error).message}`, command);
    }
  }
  try {
    return parseJsonText(content);
  } catch (error) {
    throw new UsageError(`${source} is not JSON: ${(error as Error).message}`, command);
  }
}
