import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { describeFileError, writeOutput } from '@testbench/core/files';
import {
  KeyFolder,
  parseTrustRules,
  readTrustedRoot,
  type TrustedAuthorities,
  TrustError,
  type TrustRulesInput,
} from '@testbench/trust';
import { parseJsonText } from '@testbench/types';

import type { CliIo } from './cli-io.js';

const RULES_FILE = 'testbench-trust.json';

/** The user's keys. */
export function openKeys(io: CliIo, folder: string | undefined): KeyFolder {
  return new KeyFolder(keysFolder(io, folder));
}

/** Where the user's keys are. */
export function keysFolder(io: CliIo, folder: string | undefined): string {
  const { TESTBENCH_KEYS: chosen, XDG_CONFIG_HOME: config } = io.env;
  if (folder !== undefined) return resolve(io.cwd, folder);
  if (chosen !== undefined && chosen !== '') return resolve(io.cwd, chosen);
  return join(
    config === undefined || config === '' ? join(homedir(), '.config') : config,
    'testbench',
    'keys',
  );
}

/** The file of rules. */
export function rulesFile(io: CliIo, file: string | undefined): string {
  return resolve(io.cwd, file ?? RULES_FILE);
}

/** Reads the file of rules; without one there are none, unless it was asked for. */
export async function readRules(
  io: CliIo,
  file: string | undefined,
  { mayBeMissing = false } = {},
): Promise<TrustRulesInput | undefined> {
  const path = rulesFile(io, file);
  const bytes = await readOptional(path, 'rules');
  if (bytes === undefined) {
    if (file === undefined || mayBeMissing) return undefined;
    throw new TrustError(
      'TRUST_UNREADABLE',
      `Cannot read rules ${JSON.stringify(path)}: there is no such file`,
    );
  }
  let value: unknown;
  try {
    value = parseJsonText(bytes);
  } catch (cause) {
    throw new TrustError(
      'TRUST_UNREADABLE',
      `Cannot read rules ${JSON.stringify(path)}: ${(cause as Error).message}`,
      { cause },
    );
  }
  parseTrustRules(value);
  return value as TrustRulesInput;
}

/** Writes the file of rules whole, or leaves it as it is. */
export async function writeRules(
  io: CliIo,
  file: string | undefined,
  rules: TrustRulesInput,
): Promise<void> {
  await writeOutput(
    rulesFile(io, file),
    `${JSON.stringify({ specificationVersion: 'v1', ...rules }, undefined, 2)}\n`,
  );
}

/** Reads a trusted root, if one was named. */
export async function readRoot(
  io: CliIo,
  file: string | undefined,
): Promise<TrustedAuthorities | undefined> {
  return file === undefined
    ? undefined
    : readTrustedRoot(await readNamed(io, file, 'trusted root'));
}

/** Reads a file that the command line names. */
export async function readNamed(io: CliIo, file: string, what: string): Promise<Uint8Array> {
  const path = resolve(io.cwd, file);
  const bytes = await readOptional(path, what);
  if (bytes !== undefined) return bytes;
  throw new TrustError(
    'TRUST_UNREADABLE',
    `Cannot read ${what} ${JSON.stringify(path)}: there is no such file`,
  );
}

/** Reads a file that need not be there. */
export async function readOptional(path: string, what: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const state = describeFileError(cause);
    if (state === undefined) throw cause;
    throw new TrustError(
      'TRUST_UNREADABLE',
      `Cannot read ${what} ${JSON.stringify(path)}: ${state}`,
      { cause },
    );
  }
}
