import { createHash } from 'node:crypto';

import { digestOf } from '@testbench/core/files';
import { MAX_ATTACHMENTS } from '@testbench/types/config';
import type { CallAttachment } from '@testbench/types/abi';

import { attachmentError, AttachmentProblem } from './attachment-error.js';
import type { AttachmentSource } from './attachment-source.js';
import { MAX_ATTACHMENT_BYTES, MAX_RECORD_ATTACHMENT_BYTES } from './limits.js';
import { declaredByName, findMediaType, isDeclaredAs } from './media-type.js';

/** What is known about an attachment without its bytes; kept in rows. */
export interface AttachmentFacts {
  /** The field of the record that names it. */
  readonly field: string;
  /** As found in its bytes. */
  readonly mediaType: string;
  /** Its size. */
  readonly bytes: number;
  /** `sha256:` and the hex digest of its bytes. */
  readonly digest: string;
}

/** An attachment in memory. */
export interface LoadedAttachment extends CallAttachment {
  readonly facts: AttachmentFacts;
  /** Whether providers get it. */
  readonly send: boolean;
}

/** A record whose attachments are read. */
export interface AttachedRecord {
  readonly id: string;
  readonly line: number;
  readonly file: string;
}

/**
 * Reads the attachments of a record, all or none.
 *
 * @param readPath Reads a file that the record names. @throws {AttachmentProblem} It cannot be used.
 * @param maxBytes All of them together may have.
 * @throws {BenchError} `BENCH_ATTACHMENT_UNREADABLE`, `BENCH_ATTACHMENT_INVALID` or `BENCH_ATTACHMENT_LIMIT`, with the id of the record.
 */
export async function readAttachments(
  sources: readonly AttachmentSource[],
  record: AttachedRecord,
  readPath: (path: string) => Promise<Uint8Array>,
  maxBytes: number = MAX_RECORD_ATTACHMENT_BYTES,
): Promise<LoadedAttachment[]> {
  const loaded: LoadedAttachment[] = [];
  let total = 0;
  for (const source of sources) {
    try {
      if (sources.length > MAX_ATTACHMENTS) {
        throw beyond(`the record has more than ${MAX_ATTACHMENTS} attachments`);
      }
      const bytes = await bytesOf(source, readPath);
      total += bytes.length;
      if (total > maxBytes) {
        throw beyond(`the attachments of the record have more than ${maxBytes} bytes together`);
      }
      loaded.push(describe(source, bytes));
    } catch (error) {
      if (!(error instanceof AttachmentProblem)) throw error;
      throw attachmentError(error, record, source.field);
    }
  }
  return loaded;
}

/** The digest of the attachments of one record: of what each of them is, and in which field. */
export function digestOfAttachments(attachments: readonly LoadedAttachment[]): Buffer {
  const lines = attachments.map(({ facts }) => JSON.stringify([facts.field, facts.digest]));
  return createHash('sha256').update(lines.join('\n')).digest();
}

async function bytesOf(
  { content }: AttachmentSource,
  readPath: (path: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  switch (content.kind) {
    case 'wrong':
      throw invalid(content.state);
    case 'text':
      return checkSize(Buffer.from(content.text));
    case 'base64':
      return checkSize(decodeBase64(content.text));
    default:
      return checkSize(await readPath(content.path));
  }
}

function describe(source: AttachmentSource, bytes: Uint8Array): LoadedAttachment {
  if (bytes.length === 0) throw invalid('it is empty');
  const { content, field, send } = source;
  const mediaType = findMediaType(bytes);
  const byName = content.kind === 'path' ? declaredByName(content.path) : undefined;
  const declared = byName === undefined ? source.declared : [...source.declared, byName];
  for (const name of declared) {
    if (!isDeclaredAs(mediaType, name)) {
      throw invalid(`it is declared as ${JSON.stringify(name)}, and its bytes are ${mediaType}`);
    }
  }
  // A text may be of a more specific type than its bytes show, such as CSV.
  const known = mediaType === 'text/plain' || mediaType === 'application/octet-stream';
  const type = known ? (declared[0] ?? mediaType) : mediaType;
  const facts = { field, mediaType: type, bytes: bytes.length, digest: digestOf(bytes) };
  return { facts, mediaType: type, bytes, send };
}

function decodeBase64(text: string): Uint8Array {
  // Checked before decoding: three bytes for four characters.
  if (text.length > Math.ceil(MAX_ATTACHMENT_BYTES / 3) * 4 + 4) {
    throw beyond(`it has more than ${MAX_ATTACHMENT_BYTES} bytes`);
  }
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw invalid('expected base64, found something else');
  }
  return Buffer.from(text, 'base64');
}

function checkSize(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= MAX_ATTACHMENT_BYTES) return bytes;
  throw beyond(`it has ${bytes.length} bytes, limit is ${MAX_ATTACHMENT_BYTES}`);
}

function invalid(state: string): AttachmentProblem {
  return new AttachmentProblem('BENCH_ATTACHMENT_INVALID', state);
}

function beyond(state: string): AttachmentProblem {
  return new AttachmentProblem('BENCH_ATTACHMENT_LIMIT', state);
}
