import { encodeMetadata } from '@testbench/types';
import { METADATA_SECTION } from '@testbench/types/abi';
import { appendCustomSection } from '@testbench/wasm';

import { completeMetadata, type ScriptOutcome } from '../engine/complete-metadata.js';
import type { CompiledScript } from '../engine/evaluate-script.js';
import { takeSnapshot } from '../engine/snapshot.js';
import { type ScriptProblem, scriptError } from '../script-error.js';
import { buildHost } from '../build-host.js';
import { loadInterpreter } from './interpreter.js';

/** A Python script and the author's own modules that it may import. */
export interface PythonSources {
  /** The script among `files`. */
  readonly file: string;
  /** Name of the plugin, if the script does not state one. */
  readonly name: string;
  /** Texts by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Paths by module name. */
  readonly modules: Readonly<Record<string, string>>;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  plugin_alloc(size: number): number;
  plugin_free(address: number, size: number): void;
  build_entries(build: number, initialize: number, execute: number, answer: number): void;
  build_table(...places: readonly [number, number, number]): void;
  build_metadata(address: number, length: number): void;
  build_worlds(end: number, ...holes: readonly [number, number, number, number]): void;
  build_run(address: number, length: number): bigint;
}

type Outcome =
  | {
      readonly problem: {
        readonly message: string;
        readonly stack: readonly Partial<ScriptProblem>[];
      };
    }
  | (Exclude<ScriptOutcome, { readonly problem: object }> & { readonly untrusted: boolean });

/**
 * Runs a script's module once in CPython, and makes a module of the resulting state.
 *
 * @throws {ScriptError} `SCRIPT_EVALUATE_FAILED` with the place in the author's source; `SCRIPT_INVALID` for what is not a plugin.
 */
export function compilePython(sources: PythonSources): CompiledScript {
  const interpreter = loadInterpreter();
  const { functions, logged } = buildHost(() => guest.memory);
  const instance = new WebAssembly.Instance(interpreter.module, { env: functions });
  const guest = instance.exports as unknown as Exports;
  const [build, initialize, execute, answer] = interpreter.entries;
  guest.build_table(...interpreter.table);
  guest.build_entries(build, initialize, execute, 0);

  const outcome = runBuild(guest, sources);
  if ('problem' in outcome) {
    const { message, stack } = outcome.problem;
    const { file = sources.file, line = 0, column = 0 } = stack[0] ?? {};
    const excerpt = sources.files[file]?.split('\n')[line - 1];
    throw scriptError('SCRIPT_EVALUATE_FAILED', sources.file, [
      { file, line, column, message, ...(excerpt === undefined ? {} : { excerpt }) },
    ]);
  }
  const metadata = completeMetadata(outcome, sources);
  const text = new TextEncoder().encode(JSON.stringify(encodeMetadata(metadata)));
  guest.build_metadata(write(guest, text), text.length);
  const [start, end] = interpreter.library;
  new Uint8Array(guest.memory.buffer).fill(0, start, end);
  guest.build_entries(0, initialize, execute, outcome.untrusted ? answer : 0);
  if (outcome.untrusted) {
    guest.build_worlds(guest.memory.buffer.byteLength, start, end, ...interpreter.stack);
  }
  new Uint8Array(guest.memory.buffer).fill(0, ...interpreter.stack);
  const bytes = appendCustomSection(
    takeSnapshot({ instance }, interpreter.bytes),
    METADATA_SECTION,
    text,
  );
  return { bytes, metadata, warnings: logged };
}

function runBuild(guest: Exports, sources: PythonSources): Outcome {
  const given = new TextEncoder().encode(JSON.stringify(sources));
  const address = write(guest, given);
  let packed: bigint;
  try {
    packed = guest.build_run(address, given.length);
  } catch (error) {
    // The engine's stack or the guest's memory is exhausted.
    return { problem: { message: `its evaluation broke off: ${String(error)}`, stack: [] } };
  }
  // Freed memory keeps its content, and a snapshot would include it.
  new Uint8Array(guest.memory.buffer).fill(0, address, address + given.length);
  guest.plugin_free(address, given.length);
  const output = Number(packed >> 32n);
  const length = Number(packed & 0xffff_ffffn);
  const text = new Uint8Array(guest.memory.buffer, output, length);
  const outcome = JSON.parse(new TextDecoder().decode(text)) as Outcome;
  text.fill(0);
  guest.plugin_free(output, length);
  return outcome;
}

function write(guest: Exports, bytes: Uint8Array): number {
  const address = guest.plugin_alloc(bytes.length);
  if (address === 0) throw new RangeError('Cannot build the script: it is too long');
  new Uint8Array(guest.memory.buffer).set(bytes, address);
  return address;
}
