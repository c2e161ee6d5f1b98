import { BenchError, type BenchErrorCode } from '../errors.js';

/** Codes of attachments that cannot be used. */
export type AttachmentErrorCode = Extract<BenchErrorCode, `BENCH_ATTACHMENT_${string}`>;

/** Why an attachment cannot be used: the record that has it fails, and no other. */
export class AttachmentProblem extends Error {
  override readonly name = 'AttachmentProblem';

  constructor(
    readonly code: AttachmentErrorCode,
    /** What is wrong, to follow a colon. */
    readonly state: string,
    options?: ErrorOptions,
  ) {
    super(state, options);
  }
}

/** The error for an attachment of a record. */
export function attachmentError(
  { code, state, cause }: AttachmentProblem,
  record: { readonly id: string; readonly line: number; readonly file: string },
  field: string,
): BenchError {
  return new BenchError(
    code,
    `Cannot use attachment ${JSON.stringify(field)} of record ${JSON.stringify(record.id)}: ${state}`,
    { file: record.file, line: record.line, cause },
  );
}
