import type { GuestCheckName } from './guest-checks.js';
import type { Finding, SubjectRecord } from './subject.js';

/** The task of the thread of the checks. */
export type ThreadTask =
  | { readonly kind: 'ask-metadata'; readonly bytes: Uint8Array; readonly contract: string }
  | {
      readonly kind: 'check';
      readonly subject: SubjectRecord;
      readonly checks: readonly GuestCheckName[];
    };

/** The thread's report. */
export type ThreadReport =
  | { readonly kind: 'metadata'; readonly finding: Finding; readonly bytes: Uint8Array | undefined }
  | { readonly kind: 'begin'; readonly name: GuestCheckName }
  | { readonly kind: 'end'; readonly name: GuestCheckName; readonly finding: Finding };
