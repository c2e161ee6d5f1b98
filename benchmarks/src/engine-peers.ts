import { createPlugin } from '@extism/extism';
import { PluginSystem, type PluginSystemOptions } from '@testbench/core';
import { assemble, guestWat, packed } from '@testbench/test-kit';
import { instantiate } from '@wapc/host';

/** Something that takes a text and returns a text, like an evaluator that always returns 1. */
export interface Peer {
  readonly name: string;
  readonly call: (data: unknown) => unknown;
  readonly close: () => Promise<void>;
}

const OUTPUT = '{"data":{"score":1}}';
const METADATA =
  '{"name":"noop","version":"1.0.0","plugin_type":"evaluator","api_version":"1.0.0"}';
const hex = Array.from(new TextEncoder().encode(OUTPUT), (byte) => `\\${byte.toString(16)}`).join(
  '',
);

/** Room for 16 pages of input after the first 64 KiB. */
const MEMORY = '(memory (export "memory") 34)';

/** An evaluator that gives the same answer to every input. */
export const noop = assemble(
  guestWat({ memory: MEMORY, metadataText: METADATA, outputText: OUTPUT }),
);

/** Our engine. */
export async function openTestbench(name: string, options: PluginSystemOptions): Promise<Peer> {
  const system = new PluginSystem(options);
  await system.loadPluginFromBytes('noop', noop);
  return {
    name,
    call: (data) => system.executePlugin('noop', { data }),
    close: () => system.close(),
  };
}

/** The least that any engine must do: text in, call, text out, on the same module unmetered and unchecked. */
export function openFloor(): Peer {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(noop));
  const memory = exports['memory'] as WebAssembly.Memory;
  const alloc = exports['plugin_alloc'] as (size: number) => number;
  const execute = exports['plugin_execute'] as (ptr: number, len: number) => bigint;
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    name: 'floor',
    call(data) {
      const text = JSON.stringify({ data, context: { metadata: {} } });
      const ptr = alloc(text.length);
      const { written } = encoder.encodeInto(text, new Uint8Array(memory.buffer, ptr));
      const result = execute(ptr, written);
      const bytes = new Uint8Array(
        memory.buffer,
        Number(result >> 32n),
        Number(result & 0xffff_ffffn),
      );
      return JSON.parse(decoder.decode(bytes));
    },
    close: async () => {},
  };
}

/** Extism's JavaScript SDK, on the caller's thread or in its worker. */
export async function openExtism(name: string, runInWorker: boolean): Promise<Peer> {
  const module = assemble(`(module
    (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
    (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
    (import "extism:host/env" "output_set" (func $output (param i64 i64)))
    (memory (export "memory") 1)
    (data (i32.const 0) "${hex}")
    (func (export "execute") (result i32) (local $ptr i64) (local $i i32)
      (local.set $ptr (call $alloc (i64.const ${OUTPUT.length})))
      (loop
        (call $store (i64.add (local.get $ptr) (i64.extend_i32_u (local.get $i))) (i32.load8_u (local.get $i)))
        (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const ${OUTPUT.length}))))
      (call $output (local.get $ptr) (i64.const ${OUTPUT.length}))
      (i32.const 0)))`);
  const plugin = await createPlugin({ wasm: [{ data: module }] }, { runInWorker, useWasi: false });
  return {
    name,
    call: async (data) => (await plugin.call('execute', JSON.stringify({ data })))?.json(),
    close: () => plugin.close(),
  };
}

/** waPC's host for JavaScript. */
export async function openWapc(): Promise<Peer> {
  const module = assemble(`(module
    (import "wapc" "__guest_request" (func $request (param i32 i32)))
    (import "wapc" "__guest_response" (func $response (param i32 i32)))
    ${MEMORY}
    (data (i32.const 4096) "${hex}")
    (func (export "__guest_call") (param i32 i32) (result i32)
      (call $request (i32.const 1024) (i32.const 65536))
      (call $response (i32.const 4096) (i32.const ${OUTPUT.length}))
      (i32.const 1)))`);
  const host = await instantiate(module);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    name: 'waPC',
    async call(data) {
      const bytes = await host.invoke('execute', encoder.encode(JSON.stringify({ data })));
      return JSON.parse(decoder.decode(bytes));
    },
    close: async () => {},
  };
}

/** A module that emits one chunk and then answers: it waits for the reader of the stream. */
export const emitting = assemble(
  guestWat({
    imports: '(import "env" "host_emit" (func $emit (param i32 i32) (result i32)))',
    memory: '(memory (export "memory") 2)',
    metadataText: METADATA,
    outputText: OUTPUT,
    execute: `(drop (call $emit (i32.const 4096) (i32.const 8))) ${packed(4096, OUTPUT.length)}`,
  }),
);
