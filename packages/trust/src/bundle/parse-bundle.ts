import { type Bundle, bundleFromJSON, ValidationError } from '@sigstore/bundle';
import { countStructure, parseJsonText, parseWireJson } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';
import { BUNDLE_LIMITS } from '@testbench/types/stores';

import { MAX_BUNDLE_STRUCTURE } from '../limits.js';
import { checkBundleShape } from './bundle-shape.js';
import { Refusal } from './refusal.js';

/**
 * The forms that the specification defines.
 *
 * @see https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
 */
const MEDIA_TYPES = new Set([
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle.v0.3+json',
]);

/** Accepted type of a payload: any other would be signed for some other purpose. */
export const STATEMENT_TYPE = 'application/vnd.in-toto+json';

/** Reads a bundle; for any bytes, it returns one or throws a {@link Refusal}. */
export function parseBundle(source: Uint8Array): Bundle {
  if (source.length > BUNDLE_LIMITS.bytes) {
    throw invalid(`it has ${source.length} bytes, the limit is ${BUNDLE_LIMITS.bytes}`);
  }
  if (countStructure(source) > MAX_BUNDLE_STRUCTURE) throw invalid('it has too many values');
  const shaped = checkBundleShape(parseStrictJson(source, 'bundle'));
  const { mediaType } = shaped as { readonly mediaType?: string };
  if (mediaType === undefined || !MEDIA_TYPES.has(mediaType)) {
    throw invalid('its media type is none of a Sigstore bundle, version 0.1 to 0.3');
  }
  const bundle = readBundle(shaped);
  checkEnvelope(bundle);
  return bundle;
}

/** Parses JSON without duplicate keys, ill-formed texts or deep nesting. */
export function parseStrictJson(source: Uint8Array, what: string): unknown {
  try {
    // The first detects duplicate keys, the second excessive depth.
    parseJsonText(source);
    return parseWireJson(source);
  } catch (cause) {
    if (!PluginError.is(cause)) throw cause;
    throw new Refusal('BUNDLE_INVALID', `Cannot read ${what}: ${cause.message}`, { cause });
  }
}

function readBundle(shaped: unknown): Bundle {
  try {
    return bundleFromJSON(shaped);
  } catch (cause) {
    const fields = cause instanceof ValidationError ? ` (${cause.fields.join(', ')})` : '';
    throw invalid(`a field is missing, or not allowed in this version${fields}`, cause);
  }
}

function checkEnvelope({ content, verificationMaterial }: Bundle): void {
  if (content.$case !== 'dsseEnvelope') return;
  const { payloadType, signatures } = content.dsseEnvelope;
  if (payloadType !== STATEMENT_TYPE) {
    throw new Refusal(
      'BUNDLE_UNSUPPORTED',
      'Cannot verify bundle: its payload is not an in-toto statement',
    );
  }
  const keyid = signatures[0]?.keyid ?? '';
  const material = verificationMaterial.content;
  // A bundle that names the key twice must name the same one; writers that leave `keyid` empty name it once.
  if (material.$case === 'publicKey' && keyid !== '' && keyid !== material.publicKey.hint) {
    throw invalid('envelope and verification material name different keys');
  }
}

function invalid(state: string, cause?: unknown): Refusal {
  return new Refusal('BUNDLE_INVALID', `Cannot read bundle: ${state}`, { cause });
}
