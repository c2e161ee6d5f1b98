import type { ResultRow } from '@testbench/bench/results';

/** Attachments that a text names; a record may have 64. */
const MAX_NAMED = 5;

/** What a row has in addition to its answer, for formats that show only texts. Undefined where it has none. */
export interface AnswerExtras {
  /** Fields and types of its files, such as `image (image/png)`. */
  readonly attachments?: string;
  /** Such as `5 messages`. */
  readonly transcript?: string;
}

/** Says what a row has in addition to its answer. */
export function answerExtras({ attachments = [], transcript }: ResultRow): AnswerExtras {
  const named = attachments
    .slice(0, MAX_NAMED)
    .map(({ field, mediaType }) => `${field} (${mediaType})`);
  const more = attachments.length - named.length;
  const text = more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
  return {
    ...(attachments.length === 0 ? {} : { attachments: text }),
    ...(transcript === undefined ? {} : { transcript: messages(transcript.length) }),
  };
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`;
}
