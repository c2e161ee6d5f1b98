import { countStructure } from '@testbench/types';

import { MAX_STATEMENT_STRUCTURE, MAX_SUBJECTS } from '../limits.js';
import { parseStrictJson } from './parse-bundle.js';
import { Refusal } from './refusal.js';

/** A subject of an in-toto statement. */
export interface StatementSubject {
  readonly name: string;
  /** Hex digests by name of the algorithm. */
  readonly digest: Readonly<Record<string, string>>;
}

/** An in-toto statement: a claim about artifacts. */
export interface Statement {
  readonly subjects: readonly StatementSubject[];
  readonly predicateType: string;
  readonly predicate: unknown;
}

const TYPES = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1'];
export const [STATEMENT_V1] = TYPES as [string];

/**
 * Reads the payload of an envelope.
 *
 * @see https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
export function parseStatement(payload: Uint8Array): Statement {
  if (countStructure(payload) > MAX_STATEMENT_STRUCTURE) throw invalid('it has too many values');
  const value = object(parseStrictJson(payload, 'statement'), 'it');
  if (!TYPES.includes(own(value, '_type') as string)) {
    throw new Refusal(
      'BUNDLE_UNSUPPORTED',
      'Cannot read statement: "_type" is not a known version',
    );
  }
  const predicateType = own(value, 'predicateType');
  if (typeof predicateType !== 'string' || predicateType === '') {
    throw invalid('"predicateType" is no text');
  }
  const subject = own(value, 'subject');
  if (!Array.isArray(subject) || subject.length === 0) throw invalid('it has no subject');
  if (subject.length > MAX_SUBJECTS) throw invalid(`it has more than ${MAX_SUBJECTS} subjects`);
  return {
    subjects: subject.map(readSubject),
    predicateType,
    predicate: own(value, 'predicate'),
  };
}

/** A text of a statement's predicate. */
export function predicateText(statement: Statement | undefined, key: string): string | undefined {
  const predicate = statement?.predicate;
  if (typeof predicate !== 'object' || predicate === null) return undefined;
  const text = own(predicate as Record<string, unknown>, key);
  return typeof text === 'string' ? text : undefined;
}

function readSubject(value: unknown): StatementSubject {
  const subject = object(value, 'a subject');
  const name = own(subject, 'name') ?? '';
  const digest = object(own(subject, 'digest'), 'the digest of a subject');
  if (typeof name !== 'string') throw invalid('the name of a subject is no text');
  const entries = Object.entries(digest);
  if (entries.length === 0) throw invalid('a subject has no digest');
  for (const [, hex] of entries) {
    if (typeof hex !== 'string') throw invalid('the digest of a subject is no text');
  }
  return { name, digest: Object.assign(Object.create(null), digest) as Record<string, string> };
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`${what} is no object`);
  }
  return value as Record<string, unknown>;
}

function own(value: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function invalid(state: string): Refusal {
  return new Refusal('BUNDLE_INVALID', `Cannot read statement: ${state}`);
}
