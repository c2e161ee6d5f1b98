import { MAX_ATTACHMENTS } from '@testbench/types/config';

import type { ResolvedAttachmentConfig } from '../config/dataset-config.js';
import { kindOf } from '../dataset/formats/parse-record.js';
import { selectField } from '../dataset/selection/select-field.js';
import { isObject } from '../is-object.js';
import { canonicalMediaType } from './media-type.js';

/** Where the bytes of an attachment are, as a record says. Nothing has been read or decoded yet. */
type AttachmentContent =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'base64'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  /** The record says it in a way that cannot be meant; `state` follows a colon. */
  | { readonly kind: 'wrong'; readonly state: string };

/** One attachment of a record. */
export interface AttachmentSource {
  /** The field that names it; an entry of a list has its number behind a dot. */
  readonly field: string;
  /** Whether providers get it. */
  readonly send: boolean;
  /** The media types that the configuration and the record declare. */
  readonly declared: readonly string[];
  readonly content: AttachmentContent;
}

/** The attachments of a record, and the record without their bytes. */
export interface FoundAttachments {
  readonly sources: readonly AttachmentSource[];
  /** Bytes in the record are replaced by a short text: no plugin and no prompt gets them as base64. */
  readonly row: Readonly<Record<string, unknown>>;
}

/** Finds the attachments of a record, in the order of the configuration. A field that a record lacks is no attachment. */
export function findAttachments(
  given: Readonly<Record<string, unknown>>,
  configs: readonly ResolvedAttachmentConfig[],
): FoundAttachments {
  const sources: AttachmentSource[] = [];
  let row = given;
  for (const config of configs) {
    const value = selectField(given, config.field);
    if (value === undefined || value === '') continue;
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    let holdsBytes = false;
    // One more than allowed is enough to say that there are too many.
    for (const [index, item] of items.slice(0, MAX_ATTACHMENTS + 1).entries()) {
      const source = sourceOf(item, config);
      const field = Array.isArray(value) ? `${config.field}.${index}` : config.field;
      sources.push({ ...source, field, send: config.send });
      if (source.content.kind !== 'path') holdsBytes = true;
    }
    if (holdsBytes) row = withField(row, config.field, `(attachment ${config.field})`);
  }
  return { sources, row };
}

type Described = Pick<AttachmentSource, 'declared' | 'content'>;

function sourceOf(value: unknown, { encoding, mediaType }: ResolvedAttachmentConfig): Described {
  const types = mediaType === undefined ? [] : [mediaType];
  if (typeof value === 'string') return ofText(value, encoding, types);
  if (!isObject(value) || Array.isArray(value)) {
    return wrong(`expected a text or an object, found ${kindOf(value)}`);
  }
  // Parquet files of image and audio data sets have an object with `bytes` and `path`.
  const { bytes, path, media_type: own } = value;
  const declared = typeof own === 'string' ? withType(types, own) : types;
  if (typeof bytes === 'string') return { declared, content: { kind: 'base64', text: bytes } };
  if (typeof path === 'string') return ofText(path, 'path', declared);
  return wrong('expected "bytes" in base64 or a "path" in the object, found neither');
}

function ofText(
  text: string,
  encoding: ResolvedAttachmentConfig['encoding'],
  types: readonly string[],
): Described {
  if (encoding === 'text') return { declared: types, content: { kind: 'text', text } };
  if (/^data:/i.test(text)) return ofDataUrl(text, types);
  if (encoding === 'base64') return { declared: types, content: { kind: 'base64', text } };
  return { declared: types, content: { kind: 'path', path: text } };
}

function ofDataUrl(url: string, types: readonly string[]): Described {
  const comma = url.indexOf(',');
  if (comma === -1) return wrong('expected a comma in the data URL, found none');
  const head = url.slice('data:'.length, comma);
  if (head.length > 256) return wrong('the media type of the data URL is too long');
  const isBase64 = /;\s*base64\s*$/i.test(head);
  const declared = withType(types, isBase64 ? head.slice(0, head.lastIndexOf(';')) : head);
  const data = url.slice(comma + 1);
  if (isBase64) return { declared, content: { kind: 'base64', text: data } };
  try {
    return { declared, content: { kind: 'text', text: decodeURIComponent(data) } };
  } catch {
    return wrong('expected percent-encoded UTF-8 in the data URL, found something else');
  }
}

function withType(types: readonly string[], declared: string): readonly string[] {
  const name = canonicalMediaType(declared);
  return name === undefined ? types : [...types, name];
}

function wrong(state: string): Described {
  return { declared: [], content: { kind: 'wrong', state } };
}

/** A copy of the record with another value in a field, found as `selectField` finds it. */
function withField(
  row: Readonly<Record<string, unknown>>,
  path: string,
  value: unknown,
): Readonly<Record<string, unknown>> {
  if (Object.hasOwn(row, path)) return { ...row, [path]: value };
  const parts = path.split('.');
  const replace = (node: unknown, depth: number): unknown => {
    if (depth === parts.length) return value;
    const part = parts[depth]!;
    const child = replace((node as Record<string, unknown>)[part], depth + 1);
    if (Array.isArray(node))
      return node.map((item, index) => (String(index) === part ? child : item));
    return { ...(node as Record<string, unknown>), [part]: child };
  };
  return replace(row, 0) as Readonly<Record<string, unknown>>;
}
