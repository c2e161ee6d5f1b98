import { AssertionError } from 'node:assert';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { parseJsonText } from '@testbench/core';
import { checkGolden, type CheckFinding, createTestHost } from '@testbench/sdk';

import { readJsonArgument } from './read-json-argument.js';

/** Inputs of a golden file; none if it cannot be read, which {@link compareGolden} reports. */
async function goldenInputs(path: string): Promise<unknown[]> {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    return lines
      .map((line) => parseJsonText(line) as { readonly input?: unknown; readonly error?: unknown })
      .filter(({ input, error }) => input !== undefined && error === undefined)
      .map(({ input }) => input);
  } catch {
    return [];
  }
}

/** Inputs from the command line and from golden files: a check may use any input for which the author has an expectation. */
export async function allInputs(
  command: string,
  named: readonly string[] = [],
  golden: readonly string[],
  cwd: string,
): Promise<unknown[]> {
  const given = named.map((input) => readJsonArgument(command, 'input', input, cwd));
  return [
    ...(await Promise.all(given)),
    ...(await Promise.all(golden.map((path) => goldenInputs(path)))).flat(),
  ];
}

/** Runs the inputs of a golden file and compares the outputs with the expected ones. */
export async function compareGolden(
  module: string | Uint8Array,
  config: unknown,
  path: string,
): Promise<CheckFinding> {
  await using host = await createTestHost(module, { config });
  const name = basename(path);
  try {
    const count = await checkGolden(host, path);
    return { check: 'golden', status: 'ok', detail: `${count} lines of ${name} are as they were` };
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    const { message, actual, expected } = error;
    const detail = `${message.split('\n')[0]!.replace(path, name)}: ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
    return { check: 'golden', status: 'failed', detail };
  }
}
