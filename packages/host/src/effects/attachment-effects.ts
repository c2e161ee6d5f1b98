import { type CallAttachment, type EffectResult, HostCode } from '@testbench/types/abi';

import { MAX_ATTACHMENT_BYTES_PER_CALL, MAX_READ_BYTES } from '../limits.js';
import type { CallEffects } from './effect-handlers.js';
import { HandleTable } from './handle-table.js';
import { sizeAt } from './read-argument.js';

const invalidArgument: EffectResult = { code: HostCode.invalidArgument };

/** An attachment that a guest reads from its start to its end. */
interface OpenAttachment {
  readonly bytes: Uint8Array;
  offset: number;
  close(): void;
}

/** `host_attachment_open`, `host_attachment_read` and `host_attachment_close`: all of them answer at once. */
export function attachmentEffects(): CallEffects {
  const open = new HandleTable<OpenAttachment>();
  /** Undefined outside of a call, and for a plugin that may not read any. */
  let attachments: readonly CallAttachment[] | undefined;
  let running = false;
  let readBytes = 0;
  return {
    handlers: {
      host_attachment_open([index]) {
        if (!running) return { code: HostCode.cancelled };
        if (typeof index !== 'number') return invalidArgument;
        if (attachments === undefined) {
          return {
            code: HostCode.permissionDenied,
            denied: 'attachments (the plugin does not declare "multi_modal_evaluation")',
          };
        }
        const bytes = attachments[index]?.bytes;
        if (bytes === undefined) return { code: HostCode.notFound };
        if (!open.hasRoom) {
          return { code: HostCode.limitExceeded, problem: 'too many attachments are open' };
        }
        return { code: open.add({ bytes, offset: 0, close: () => {} }) };
      },

      host_attachment_read(args) {
        const attachment = open.get(args[0]);
        const size = sizeAt(args, 1);
        if (attachment === undefined || size === 0) return invalidArgument;
        const { bytes, offset } = attachment;
        const end = Math.min(bytes.length, offset + Math.min(size, MAX_READ_BYTES));
        readBytes += end - offset;
        if (readBytes > MAX_ATTACHMENT_BYTES_PER_CALL) {
          const problem = `reading attachments: more than ${MAX_ATTACHMENT_BYTES_PER_CALL} bytes in one call`;
          return { code: HostCode.limitExceeded, problem };
        }
        attachment.offset = end;
        // A copy: the bytes belong to the caller, and a view would be sent to a thread with its whole buffer.
        return { code: end - offset, bytes: bytes.slice(offset, end) };
      },

      host_attachment_close([handle]) {
        return open.remove(handle) === undefined ? invalidArgument : { code: 0 };
      },
    },
    beginCall(call) {
      running = true;
      attachments = call.attachments;
      readBytes = 0;
    },
    endCall() {
      running = false;
      attachments = undefined;
      open.closeAll();
    },
  };
}
