import type { AttachmentErrorCode } from './attachment-error.js';

/** A file that records name by a path, or why it cannot be read: `state` follows a colon. */
export type AttachedContent =
  | { readonly bytes: Uint8Array }
  | { readonly code: AttachmentErrorCode; readonly state: string };

/** What a plan knows of the attachments of its records. */
export interface AttachmentState {
  /** For each record its digest (32 bytes), then for each record its size (4 bytes, little endian). */
  readonly table: Uint8Array;
  readonly files: number;
  /** Of these, the files that records name by a path. */
  readonly paths: number;
}

/** A path that a record names. */
export interface AttachedPath {
  /** The file of the data set that names it, by its position among them. */
  readonly file: number;
  /** As in the record. */
  readonly path: string;
  readonly content: AttachedContent;
}

/** The attachments of a run, for processes elsewhere. */
export interface CarriedAttachments {
  readonly state: AttachmentState;
  /** All paths that records name, each once, a few at a time. */
  paths(): AsyncIterable<readonly AttachedPath[]>;
}

/** Attachments that came from elsewhere. */
export interface ArrivedAttachments {
  /** Nothing is read to make the plan: the state is compared with the plan, and each record with the state once it is used. */
  readonly state: AttachmentState;
  /** @param file The file of the data set that names the path. */
  read(file: string, path: string): Promise<AttachedContent>;
}
