import { findOriginal, mapOffsets, type OffsetMap } from '@testbench/metering/offsets';
import { type GuestFrame, type GuestStack, readGuestStack } from '@testbench/types/errors';
import type { SourceMap } from '@testbench/types/source-map';

import { type MeteringForm, meterOptions } from './compile-plugin.js';

/** What is known of a module's code. */
export interface ModulePlaces {
  /** Of `mapPluginOffsets`; undefined where the module is not at hand. */
  readonly offsets: OffsetMap | undefined;
  /** Of this very module. */
  readonly sourceMap: SourceMap | undefined;
}

/**
 * Finds out where the code of a metered plugin comes from. It takes as long as metering the module did.
 *
 * @param bytes The module as it came.
 * @param form As it was metered, by this engine: another one may get other code.
 * @throws {ConfigError} For a form with an unknown key or a wrong value.
 */
export function mapPluginOffsets(bytes: Uint8Array<ArrayBuffer>, form: MeteringForm): OffsetMap {
  return mapOffsets(bytes, meterOptions(form));
}

/**
 * Gives the frames of a failed call their names and their places in the author's source.
 *
 * Frames of the meter's own functions are left out, and so are those that name what the module does not have: the author of the stack
 * may be the guest.
 *
 * @param stack As `PluginInstance` gives it: indices of functions, and offsets in the metered module.
 * @returns Texts are escaped; the innermost frame with a source has an excerpt of it.
 */
export function locateFrames(stack: GuestStack, { offsets, sourceMap }: ModulePlaces): GuestStack {
  let hasExcerpt = false;
  const located = stack.flatMap((frame): Partial<GuestFrame>[] => {
    const { functionIndex, offset = 0 } = frame;
    // A script's own.
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
