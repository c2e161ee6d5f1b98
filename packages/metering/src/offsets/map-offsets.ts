import { decodeModule, DecodeError, type Module, readFunctionNames } from '@testbench/wasm';

import { type MeterOptions, rewriteModule } from '../meter-module.js';
import { RecordingWriter } from './recording-writer.js';

/** Where the code of a metered module comes from: plain data, which can be sent between threads. */
export interface OffsetMap {
  /** Index of the first function that is not imported. */
  readonly firstFunction: number;
  /**
   * Four numbers for each function: the start of its body in the metered module, the start of its code in the original, the number of
   * pieces up to and including its own, and the length of the metered body.
   */
  readonly functions: Uint32Array;
  /** Three numbers for each copied piece: its start in the metered body, its start in the original, its length. */
  readonly pieces: Uint32Array;
  /** Names of functions by their index: from the section `name`, or else from the exports. Untrusted texts. */
  readonly names: ReadonlyMap<number, string>;
}

/** A place in the original module. */
export interface OriginalPlace {
  /** Offset of the instruction, in bytes from the module's start. */
  readonly offset: number;
  /** Start of its function's code, after the locals. */
  readonly codeStart: number;
}

const FIELDS = 4;
const PIECE = 3;

/**
 * Finds out where each piece of a metered module comes from by metering it again, so that there is no cost until a guest has
 * trapped.
 *
 * @param bytes The original module.
 * @param options The original options, on the same engine: others give different offsets.
 * @throws {MeterError} {ConfigError} As `meterModule`.
 *
 * @example
 * ```ts
 * import { findOriginal, mapOffsets } from '@testbench/metering/offsets';
 *
 * // (module (func (export "spin") (loop br 0)))
 * const spin = Uint8Array.of(
 *   ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 0x73, 0x70, 0x69, 0x6e, 0, 0],
 *   ...[10, 9, 1, 7, 0, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b],
 * );
 * const map = mapOffsets(spin);
 * const [bodyStart] = map.functions;
 * const [firstCopied] = map.pieces;
 * findOriginal(map, 0, bodyStart! + firstCopied!)?.offset; // => 35
 * ```
 */
export function mapOffsets(bytes: Uint8Array, options?: MeterOptions): OffsetMap {
  const writer = new RecordingWriter(bytes);
  const metered = rewriteModule(bytes, options, writer);
  const original = decodeModule(bytes);
  const { bodies } = decodeModule(metered.bytes);
  const functions = new Uint32Array(FIELDS * original.bodies.length);
  original.bodies.forEach(({ code }, index) => {
    const { start, end } = bodies[index]!;
    functions.set([start, code, writer.ends[index]!, end - start], FIELDS * index);
  });
  return {
    firstFunction: original.importedFunctions,
    functions,
    pieces: Uint32Array.from(writer.pieces),
    names: namesOf(original),
  };
}

function namesOf({ bytes, exports }: Module): ReadonlyMap<number, string> {
  let names: Map<number, string>;
  try {
    names = readFunctionNames(bytes);
  } catch (error) {
    // Engines ignore a damaged name section too.
    if (!(error instanceof DecodeError)) throw error;
    names = new Map();
  }
  for (const { kind, index, name } of exports) {
    if (kind === 'function' && !names.has(index)) names.set(index, name);
  }
  return names;
}

/**
 * Finds where an instruction of a metered module comes from.
 *
 * Code added by the meter belongs to the instruction before it: a guest that runs out of fuel was about to finish that one.
 *
 * @param functionIndex Index of the function that contains it.
 * @param offset Offset of the instruction, in bytes from the start of the metered module.
 * @returns undefined for one of the meter's own functions, an import, or an offset outside the function.
 */
export function findOriginal(
  map: OffsetMap,
  functionIndex: number,
  offset: number,
): OriginalPlace | undefined {
  const { firstFunction, functions, pieces } = map;
  const at = FIELDS * (functionIndex - firstFunction);
  if (!(at >= 0 && at < functions.length)) return undefined;
  const [bodyStart, codeStart, last, length] = functions.subarray(at, at + FIELDS);
  const relative = offset - bodyStart!;
  if (!(relative >= 0 && relative < length!)) return undefined;
  const first = at === 0 ? 0 : functions[at - FIELDS + 2]!;
  const index = lastAtOrBefore(pieces, first, last!, relative);
  if (index < first) return undefined;
  const [start, from, size] = pieces.subarray(PIECE * index, PIECE * index + PIECE);
  const clamp = (place: number): OriginalPlace => {
    return { offset: Math.max(place, codeStart!), codeStart: codeStart! };
  };
  if (relative < start! + size!) return clamp(from! + relative - start!);
  const end = from! + size!;
  // The next piece was copied from further on: in between was an instruction that the meter replaces.
  const next = index + 1 < last! ? pieces[PIECE * (index + 1) + 1]! : end;
  return clamp(next > end ? end : end - 1);
}

/** Index of the last piece that begins at an offset or before it. */
function lastAtOrBefore(pieces: Uint32Array, first: number, end: number, offset: number): number {
  let low = first;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pieces[PIECE * middle]! <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
