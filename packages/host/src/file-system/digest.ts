import { createHash } from 'node:crypto';

/** SHA-256 in 64 lower-case hex digits; a text counts as its UTF-8. */
export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The digest by which files, modules and plans are identified: `sha256:` and 64 hex digits. */
export function digestOf(content: string | Uint8Array): string {
  return `sha256:${sha256Hex(content)}`;
}
