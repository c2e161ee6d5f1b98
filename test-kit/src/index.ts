import { appendCustomSection } from '@testbench/wasm';
import initWabt from 'wabt';

const wabt = await initWabt();

/** In addition to the defaults: hostile modules use features that the sandbox refuses. */
const FEATURES = {
  exceptions: true,
  threads: true,
  tail_call: true,
  multi_memory: true,
  memory64: true,
  gc: true,
  relaxed_simd: true,
  extended_const: true,
};

/** Assembles WebAssembly text; it need not be valid. */
export function assemble(wat: string): Uint8Array<ArrayBuffer> {
  const module = wabt.parseWat('test.wat', wat, FEATURES);
  const { buffer } = module.toBinary({});
  module.destroy();
  return new Uint8Array(buffer);
}

/** Parts of the plugin that {@link guestWat} writes; each replaces the well-behaved default. */
export interface GuestParts {
  readonly imports?: string;
  readonly memory?: string;
  readonly alloc?: string;
  readonly free?: string;
  readonly metadata?: string;
  readonly init?: string;
  readonly execute?: string;
  readonly shutdown?: string;
  readonly rest?: string;
  /** Metadata JSON; lies at 1024. */
  readonly metadataText?: string;
  /** Output JSON; lies at 4096. */
  readonly outputText?: string;
}

/** Metadata of the default plugin: a custom one named `guest`. */
export const METADATA =
  '{"name":"guest","version":"1.0.0","plugin_type":"custom","api_version":"1.0.0"}';

const string = (text: string): string =>
  Array.from(
    new TextEncoder().encode(text),
    (byte) => `\\${byte.toString(16).padStart(2, '0')}`,
  ).join('');

/** A packed result as a WAT constant. */
export const packed = (ptr: number, len: number): string =>
  `(i64.const ${(BigInt(ptr) << 32n) | BigInt(len)})`;

/** A plugin of the v1 contract in WebAssembly text: a bump allocator, fixed metadata and a fixed output. */
export function guestWat(parts: GuestParts = {}): string {
  const metadata = parts.metadataText ?? METADATA;
  const output = parts.outputText ?? '{"data":"fine"}';
  const length = (text: string): number => new TextEncoder().encode(text).length;
  return `(module
    ${parts.imports ?? ''}
    ${parts.memory ?? '(memory (export "memory") 2)'}
    (global $heap (mut i32) (i32.const 65536))
    (data (i32.const 1024) "${string(metadata)}")
    (data (i32.const 4096) "${string(output)}")
    (func (export "plugin_alloc") (param $size i32) (result i32)
      ${parts.alloc ?? '(global.get $heap)'})
    (func (export "plugin_free") (param i32 i32) ${parts.free ?? ''})
    (func (export "plugin_metadata") (result i64)
      ${parts.metadata ?? packed(1024, length(metadata))})
    (func (export "plugin_init") (param $ptr i32) (param $len i32) (result i32)
      ${parts.init ?? '(i32.const 0)'})
    (func (export "plugin_execute") (param $ptr i32) (param $len i32) (result i64)
      ${parts.execute ?? packed(4096, length(output))})
    (func (export "plugin_shutdown") (result i32) ${parts.shutdown ?? '(i32.const 0)'})
    ${parts.rest ?? ''})`;
}

/** Makes a module longer by a custom section of zeros. */
export function withPadding(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  return appendCustomSection(bytes, 'padding', new Uint8Array(length));
}

/** Appends metadata JSON as the custom section that an index reads. */
export function withMetadataSection(bytes: Uint8Array, text: string): Uint8Array<ArrayBuffer> {
  return appendCustomSection(bytes, 'testbench.plugin', new TextEncoder().encode(text));
}
