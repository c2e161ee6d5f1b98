import { findOriginal, mapOffsets, type OffsetMap } from '@testbench/metering/offsets';
import { type GuestFrame, type GuestStack, readGuestStack } from '@testbench/types/errors';
import type { SourceMap } from '@testbench/types/source-map';

import { type MeteringForm, meterOptions } from './compile-plugin.js';

/** What is known about the source of a module's code. */
export interface ModulePlaces {
  /** From `mapPluginOffsets`; undefined if the module is not available. */
  readonly offsets: OffsetMap | undefined;
  /** The source map of exactly this module. */
  readonly sourceMap: SourceMap | undefined;
}

/**
 * Maps the code of a metered plugin back to the original. It takes as long as metering the module did.
 *
 * @param bytes The original module.
 * @param form How it was metered, by this engine: the code may be different for another engine.
 * @throws {ConfigError} For a form with an unknown key or a wrong value.
 */
export function mapPluginOffsets(bytes: Uint8Array<ArrayBuffer>, form: MeteringForm): OffsetMap {
  return mapOffsets(bytes, meterOptions(form));
}

/**
 * Adds names and source locations to the frames of a failed call.
 *
 * Frames of the meter's own functions are left out, and so are frames that refer to functions the module does not have: the author of the stack
 * may be the guest.
 *
 * @param stack As `PluginInstance` returns it: indices of functions, and offsets in the metered module.
 * @returns The frames, with escaped texts; the innermost frame with a source has an excerpt of it.
 */
export function locateFrames(stack: GuestStack, { offsets, sourceMap }: ModulePlaces): GuestStack {
  let hasExcerpt = false;
  const located = stack.flatMap((frame): Partial<GuestFrame>[] => {
    const { functionIndex, offset = 0 } = frame;
    // A frame of a script.
    if (functionIndex === undefined) return [frame];
    const origin = offsets && findOriginal(offsets, functionIndex, offset);
    if (offsets !== undefined && origin === undefined) return [];
    const name = sourceMap?.functionName(functionIndex) ?? offsets?.names.get(functionIndex);
    const place = origin && sourceMap?.find(origin.offset, origin.codeStart);
    const quoted = place === undefined || hasExcerpt ? undefined : origin;
    const excerpt = quoted && sourceMap?.excerpt(quoted.offset, quoted.codeStart);
    hasExcerpt ||= (excerpt?.length ?? 0) > 0;
    return [
      {
        functionIndex,
        ...(name === undefined ? {} : { function: name }),
        ...(origin === undefined ? {} : { offset: origin.offset }),
        ...place,
        ...(excerpt === undefined ? {} : { excerpt }),
      },
    ];
  });
  return readGuestStack(located);
}
