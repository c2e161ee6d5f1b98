import { parseJsonText } from '@testbench/types';
import { PREDICATES } from '@testbench/trust';

import type { CliIo } from '../cli-io.js';
import { readNamed } from '../trust-files.js';
import { UsageError } from '../usage-error.js';
import { PREDICATE_KINDS } from './predicate-kinds.js';

/** The claim in a JSON file, and its kind. */
export interface GivenPredicate {
  readonly predicateType: string;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** Reads a bill of materials, build provenance or any other predicate. @throws {UsageError} If its kind is neither known nor named. */
export async function readPredicate(
  io: CliIo,
  file: string,
  kind: string | undefined,
): Promise<GivenPredicate> {
  const value = parse(await readNamed(io, file, 'predicate'), file);
  // The file itself states its kind.
  const known = PREDICATE_KINDS.find(({ name, matches }) =>
    kind === undefined ? matches(value) : name === kind,
  );
  const predicateType = known?.predicateType ?? kind;
  if (predicateType === undefined || !/^[a-z][a-z0-9+.-]*:/i.test(predicateType)) {
    const named = PREDICATE_KINDS.map(({ name }) => name).join(', ');
    throw new UsageError(
      kind === undefined
        ? `--predicate-type is needed: the file is none of ${named}`
        : `--predicate-type is ${JSON.stringify(kind)}, expected ${named} or a URI`,
      'plugin attest',
    );
  }
  // Statements of Testbench's own kinds are made from its own observations, never copied from a file.
  if (Object.values<string>(PREDICATES).includes(predicateType)) {
    throw new UsageError(
      `--predicate-type is ${predicateType}, which is signed for what was seen alone`,
      'plugin attest',
    );
  }
  return { predicateType, predicate: value };
}

function parse(bytes: Uint8Array, file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseJsonText(bytes);
  } catch (error) {
    throw new UsageError(
      `--predicate file ${JSON.stringify(file)} is not JSON: ${(error as Error).message}`,
      'plugin attest',
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(
      `--predicate file ${JSON.stringify(file)} is no JSON object`,
      'plugin attest',
    );
  }
  if (Object.hasOwn(value, 'predicateType')) {
    throw new UsageError(
      `--predicate file ${JSON.stringify(file)} is a whole statement, expected its predicate`,
      'plugin attest',
    );
  }
  return value as Readonly<Record<string, unknown>>;
}
