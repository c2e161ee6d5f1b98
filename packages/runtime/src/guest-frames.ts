import { type GuestFrame, readGuestStack } from '@testbench/types/errors';

/** How V8 and SpiderMonkey end a line about a guest's function: its index, and its position in the running module. */
const FRAME = /wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?$/;

/** How much of a stack is read, in UTF-16 units: a hundred frames with long names. */
const MAX_TRACE_LENGTH = 100_000;

/**
 * Finds a guest's frames in the stack of an error, as the engine wrote it.
 *
 * Only numbers are taken: the names in it are chosen by the guest, may contain line feeds, and could forge frames of other functions, but not of other
 * plugins.
 *
 * @param trace The `stack` of an error.
 */
export function guestFrames(trace: string | undefined): readonly GuestFrame[] {
  if (trace === undefined) return [];
  const frames = trace
    .slice(0, MAX_TRACE_LENGTH)
    .split('\n')
    .flatMap((line) => {
      const match = FRAME.exec(line);
      if (match === null) return [];
      return [{ functionIndex: Number(match[1]), offset: Number.parseInt(match[2]!, 16) }];
    });
  return readGuestStack(frames);
}

/** The `stack` of an error; undefined for anything else, or if it cannot be read. */
export function traceOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  try {
    const { stack } = error as { readonly stack?: unknown };
    return typeof stack === 'string' ? stack : undefined;
  } catch {
    // A host's own stack formatting may fail, which must not hide what happened.
    return undefined;
  }
}
