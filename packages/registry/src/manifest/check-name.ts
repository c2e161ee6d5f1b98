import type { ArtifactQuery } from '@testbench/types/stores';
import { StoreError } from '@testbench/types/errors';

import { MAX_NAME_LENGTH } from '../limits.js';
import { isTag, isVersion } from './versions.js';

const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const HOST = '(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\\[[0-9a-f:.]+\\])(?::[0-9]{1,5})?';
const NAME = new RegExp(`^(?:${HOST}/)?${PART}(?:/${PART})*$`);
const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: unknown): boolean {
  return typeof text === 'string' && DIGEST.test(text);
}

/** @throws {StoreError} `STORE_INVALID_REFERENCE`: the name becomes part of paths and URLs. */
export function checkName(name: string): void {
  if (typeof name === 'string' && name.length <= MAX_NAME_LENGTH && NAME.test(name)) return;
  throw invalid(`the name ${show(name)}`, 'expected parts in lower case, as in team/exact-match');
}

/** @throws {StoreError} `STORE_INVALID_REFERENCE`. */
export function checkDigest(digest: string): void {
  if (isDigest(digest)) return;
  throw invalid(`the digest ${show(digest)}`, 'expected sha256: and 64 hex digits');
}

/** @throws {StoreError} `STORE_INVALID_REFERENCE`. */
export function checkVersion(version: string): void {
  if (isVersion(version)) return;
  throw invalid(`the version ${show(version)}`, 'expected an exact one, such as 1.2.0');
}

/** @throws {StoreError} `STORE_INVALID_REFERENCE`. */
export function checkTag(tag: string): void {
  if (typeof tag === 'string' && isTag(tag)) return;
  throw invalid(`the tag ${show(tag)}`, 'expected up to 128 letters, digits, and . _ - within');
}

/** @throws {StoreError} `STORE_INVALID_REFERENCE` unless exactly one way of asking is used. */
export function checkQuery({ name, version, tag, digest }: ArtifactQuery): void {
  checkName(name);
  if ([version, tag, digest].filter((value) => value !== undefined).length !== 1) {
    throw invalid(`what is asked for of "${name}"`, 'expected a version, a tag or a digest');
  }
  if (version !== undefined) checkVersion(version);
  if (tag !== undefined) checkTag(tag);
  if (digest !== undefined) checkDigest(digest);
}

function invalid(what: string, expected: string): StoreError {
  return new StoreError('STORE_INVALID_REFERENCE', `Cannot read ${what}: ${expected}`);
}

function show(value: unknown): string {
  if (typeof value !== 'string') return `(a ${typeof value})`;
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
