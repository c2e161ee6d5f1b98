import { StudioError } from '../errors.js';

/** @throws {StudioError} `STUDIO_BAD_REQUEST` if it is missing or empty. */
export function textOf(query: URLSearchParams, name: string): string {
  const text = query.get(name);
  if (text !== null && text !== '') return text;
  throw new StudioError('STUDIO_BAD_REQUEST', `Cannot answer: "${name}" is missing`);
}

/** A whole number, at least 0. @throws {StudioError} `STUDIO_BAD_REQUEST` if it is not one. */
export function numberOf(
  query: URLSearchParams,
  name: string,
  absent: number,
  maximum: number,
): number {
  const text = query.get(name);
  if (text === null) return absent;
  if (/^\d{1,10}$/.test(text) && Number(text) <= maximum) return Number(text);
  throw new StudioError(
    'STUDIO_BAD_REQUEST',
    `Cannot answer: "${name}" is no whole number up to ${maximum}`,
  );
}
