import type { CallAttachment } from '@testbench/types/abi';

import type { Stage } from '../run/stage.js';
import type { AttachmentOutcome } from './attachment-plan.js';
import type { LoadedAttachment } from './read-attachments.js';

export type { AttachmentOutcome } from './attachment-plan.js';

/** An attachment in the data of a plugin's call; its position in the list is that for `host_attachment_open`. */
interface DescribedAttachment {
  readonly field: string;
  readonly media_type: string;
  readonly bytes: number;
  readonly digest: string;
}

/** The files that a stage gets, and what its data say about them. */
export interface AttachedFiles {
  readonly attachments: readonly CallAttachment[];
  readonly described: readonly DescribedAttachment[];
}

/** The files of a record for a stage: a provider gets those that are meant for models. Undefined if there are none, or the plugin reads none. */
export function attachedFiles(stage: Stage, files: AttachmentOutcome): AttachedFiles | undefined {
  if ('error' in files || files.attachments.length === 0 || !stage.readsAttachments) {
    return undefined;
  }
  const isProvider = stage.plugin.metadata.pluginType === 'provider';
  const attachments = files.attachments.filter(({ send }) => send || !isProvider);
  if (attachments.length === 0) return undefined;
  return describeAttachments(attachments);
}

/** Attachments as a call gets them, with what its data say about them. */
export function describeAttachments(attachments: readonly LoadedAttachment[]): AttachedFiles {
  return {
    attachments: attachments.map(({ mediaType, bytes }) => ({ mediaType, bytes })),
    described: attachments.map(({ facts: { field, mediaType, bytes, digest } }) => ({
      field,
      media_type: mediaType,
      bytes,
      digest,
    })),
  };
}
