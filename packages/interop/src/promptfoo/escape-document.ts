import { ImportError } from '../errors.js';

/**
 * Makes texts of a foreign configuration mean themselves in one of ours, where `${env:NAME}` is a variable of the reader's environment.
 *
 * @throws {ImportError} `IMPORT_INVALID` for an object with the key `$file`, which would stand for the content of a file of the reader.
 */
export function escapeDocument(value: unknown, file: string): unknown {
  if (typeof value === 'string') return value.replaceAll('${env:', () => '$${env:');
  if (Array.isArray(value)) return value.map((each) => escapeDocument(each, file));
  if (typeof value !== 'object' || value === null) return value;
  if (Object.hasOwn(value, '$file')) {
    const state = 'it has an object with the key "$file", which stands for a file here; rename it';
    throw new ImportError('IMPORT_INVALID', state, { file });
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, escapeDocument(each, file)]),
  );
}
