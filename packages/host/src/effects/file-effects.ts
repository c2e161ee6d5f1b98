import { onAbort } from '@testbench/types';
import { type EffectCall, type EffectResult, HostCode } from '@testbench/types/abi';

import type { FileAccess } from '../files/file-access.js';
import type { ReadableFile } from '../files/readable-file.js';
import { WritableFile } from '../files/writable-file.js';
import { utf8 } from '../guest-view.js';
import {
  MAX_EFFECT_INPUT_BYTES,
  MAX_FILE_BYTES,
  MAX_LISTED_ENTRIES_PER_CALL,
  MAX_PATH_BYTES,
} from '../limits.js';
import { EffectFailure, failureResult } from './effect-failure.js';
import type { CallEffects } from './effect-handlers.js';
import { HandleTable } from './handle-table.js';
import { bytesAt, sizeAt, textAt } from './read-argument.js';

const invalidArgument: EffectResult = { code: HostCode.invalidArgument };

/** `flags` of `host_file_open`. */
const READ = 0;
const REPLACE = 1;

/** An open file of a guest; used by one operation at a time. */
interface GuestFile {
  readonly what: string;
  readonly file: ReadableFile | WritableFile;
  busy: boolean;
  close(): void;
}

/** `host_file_open`, `host_file_read`, `host_file_write`, `host_file_close` and `host_file_list`. */
export function fileEffects(access: FileAccess | undefined): CallEffects {
  const files = new HandleTable<GuestFile>();
  let call: EffectCall | undefined;
  let endListening = (): void => {};
  let readBytes = 0;
  let listed = 0;
  /** Files that are being opened count as open. */
  let opening = 0;

  const isRunning = (begun: EffectCall): boolean =>
    call === begun && begun.signal?.aborted !== true && performance.now() < begun.deadlineMs;

  const guarded = async (
    what: string,
    run: (begun: EffectCall) => Promise<EffectResult>,
  ): Promise<EffectResult> => {
    const begun = call;
    if (begun === undefined || !isRunning(begun)) return { code: HostCode.cancelled };
    try {
      return await run(begun);
    } catch (error) {
      return failureResult(error, what);
    }
  };

  /** Runs an operation on an open file, exclusively. */
  const using = async (
    handle: GuestFile | undefined,
    run: (file: GuestFile['file'], begun: EffectCall) => Promise<EffectResult>,
  ): Promise<EffectResult> => {
    if (handle === undefined || handle.busy) return invalidArgument;
    handle.busy = true;
    const result = await guarded(handle.what, (begun) => run(handle.file, begun));
    handle.busy = false;
    return result;
  };

  const countListed = (): void => {
    listed += 1;
    if (listed <= MAX_LISTED_ENTRIES_PER_CALL) return;
    throw new EffectFailure(HostCode.limitExceeded, 'too many entries in one call');
  };

  const open = async (path: string, flags: number, begun: EffectCall): Promise<EffectResult> => {
    if (access === undefined) return { code: HostCode.permissionDenied, denied: 'files' };
    if (!files.hasRoom || opening > 0) {
      throw new EffectFailure(HostCode.limitExceeded, 'too many files are open');
    }
    opening += 1;
    let file: GuestFile['file'];
    try {
      file = flags === READ ? await access.openForReading(path) : await access.openForWriting(path);
    } finally {
      opening -= 1;
    }
    const close = (): void => void discard(file);
    if (!isRunning(begun)) {
      close();
      return { code: HostCode.cancelled };
    }
    return { code: files.add({ what: whatFor(flags, path), file, busy: false, close }) };
  };

  const end = (): void => {
    call = undefined;
    files.closeAll();
  };

  return {
    handlers: {
      host_file_open(args) {
        const path = textAt(args, 0, MAX_PATH_BYTES);
        const flags = args[1];
        if (path === undefined || path.includes('\0')) return invalidArgument;
        if (flags !== READ && flags !== REPLACE) return invalidArgument;
        return guarded(whatFor(flags, path), (begun) => open(path, flags, begun));
      },

      host_file_read: (args) =>
        using(files.get(args[0]), async (file) => {
          const size = sizeAt(args, 1);
          if (file instanceof WritableFile || size === 0) return invalidArgument;
          const bytes = await file.read(size);
          readBytes += bytes.length;
          if (readBytes > MAX_FILE_BYTES) {
            throw new EffectFailure(HostCode.limitExceeded, `more than ${MAX_FILE_BYTES} bytes`);
          }
          return { code: bytes.length, bytes };
        }),

      host_file_write: (args) =>
        using(files.get(args[0]), async (file) => {
          const bytes = bytesAt(args, 1);
          if (!(file instanceof WritableFile) || bytes === undefined) return invalidArgument;
          if (bytes.length > MAX_EFFECT_INPUT_BYTES) return { code: HostCode.limitExceeded };
          await file.write(bytes);
          return { code: bytes.length };
        }),

      host_file_close(args) {
        const handle = files.get(args[0]);
        if (handle === undefined || handle.busy) return invalidArgument;
        files.remove(args[0]);
        return using(handle, async (file, begun) => {
          if (file instanceof WritableFile) await file.commit(() => isRunning(begun));
          else await file.close();
          return { code: 0 };
        });
      },

      host_file_list(args) {
        const path = textAt(args, 0, MAX_PATH_BYTES);
        if (path === undefined || path.includes('\0')) return invalidArgument;
        if (access === undefined) return { code: HostCode.permissionDenied, denied: 'files' };
        return guarded(`listing ${JSON.stringify(path)}`, async () => {
          const entries = await access.list(path, countListed);
          const bytes = utf8(JSON.stringify(entries));
          return { code: bytes.length, bytes };
        });
      },
    },
    beginCall(begun) {
      call = begun;
      readBytes = 0;
      listed = 0;
      // A guest abandoned while suspended may never reach the end of its call.
      endListening = onAbort(begun.signal, end);
    },
    endCall() {
      endListening();
      end();
    },
  };
}

/** Discards a file that the plugin did not close: it is not read any further, or was never written. */
async function discard(file: GuestFile['file']): Promise<void> {
  try {
    await (file instanceof WritableFile ? file.discard() : file.close());
  } catch {
    // It is already gone, and nothing waits for it.
  }
}

function whatFor(flags: number, path: string): string {
  return `${flags === READ ? 'reading' : 'writing'} ${JSON.stringify(path)}`;
}
