import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { describeFileError, writeOutput } from '@testbench/core/files';
import {
  KeyFolder,
  parseTrustRules,
  readTrustedRoot,
  type TrustedAuthorities,
  TrustError,
  type TrustRules,
  type TrustRulesInput,
  type VerifierOptions,
} from '@testbench/trust';
import { parseJsonText } from '@testbench/types';

import type { CliIo } from './cli-io.js';

const RULES_FILE = 'testbench-trust.json';

/** Trust settings of the command line. */
export interface TrustFlagValues {
  readonly rules?: string | undefined;
  readonly trustedRoot?: string | undefined;
}

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

/** Reads the file of rules; a missing file means no rules, unless it was named explicitly. */
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
      `Cannot read rules ${JSON.stringify(path)}: no such file`,
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

/**
 * Reads the trust settings of the project: the rules, and the trusted root named by the command line, or else by the rules.
 *
 * @returns undefined if there is neither. With a trusted root and no rules, any signer is trusted on first use.
 * @throws {TrustError} `TRUST_UNREADABLE`, `TRUST_ROOT_INVALID` @throws {ConfigError} For invalid rules.
 */
export async function findTrust(
  io: CliIo,
  flags: TrustFlagValues,
): Promise<VerifierOptions | undefined> {
  const input = await readRules(io, flags.rules);
  if (input === undefined && flags.trustedRoot === undefined) return undefined;
  const rules = parseTrustRules(input ?? {});
  return await withRoot(io, flags, rules, rules.trustedRoot);
}

/** The same for commands that also check without rules: any signer is trusted on first use. */
export async function readTrust(io: CliIo, flags: TrustFlagValues): Promise<VerifierOptions> {
  return (await findTrust(io, flags)) ?? { rules: parseTrustRules({}) };
}

/** Adds the trusted root to the rules. */
export async function withRoot(
  io: CliIo,
  flags: TrustFlagValues,
  rules: TrustRules,
  ofRules?: string,
): Promise<VerifierOptions> {
  const trustedRoot = await readRoot(io, flags, ofRules);
  return { rules, ...(trustedRoot !== undefined && { trustedRoot }) };
}

/**
 * Reads the trusted root that the command line names, or else the file of rules.
 *
 * @param ofRules Its path in the file of rules, relative to that file's folder.
 * @returns undefined if none is named.
 */
export async function readRoot(
  io: CliIo,
  flags: TrustFlagValues,
  ofRules?: string,
): Promise<TrustedAuthorities | undefined> {
  const path =
    flags.trustedRoot ??
    (ofRules === undefined ? undefined : resolve(dirname(rulesFile(io, flags.rules)), ofRules));
  if (path === undefined) return undefined;
  return readTrustedRoot(await readNamed(io, path, 'trusted root'), resolve(io.cwd, path));
}

/** Reads a file that the command line names. */
export async function readNamed(io: CliIo, file: string, what: string): Promise<Uint8Array> {
  const path = resolve(io.cwd, file);
  const bytes = await readOptional(path, what);
  if (bytes !== undefined) return bytes;
  throw new TrustError(
    'TRUST_UNREADABLE',
    `Cannot read ${what} ${JSON.stringify(path)}: no such file`,
  );
}

/** Reads an optional file. */
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
