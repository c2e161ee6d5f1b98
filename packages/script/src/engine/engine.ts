import { buildHost } from '../build-host.js';
import { engineFiles } from '../engine-files.js';
import { BUILD_INTERRUPTS, BUILD_MEMORY_BYTES, STACK_BYTES } from '../limits.js';

/** The joined module's exports for the build. */
interface EngineExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  plugin_alloc(size: number): number;
  plugin_free(address: number, size: number): void;
  build_start(stackBytes: number): number;
  build_limit(memoryBytes: number, interrupts: number): void;
  build_eval(code: number, length: number, name: number, asModule: number): number;
  build_call(callee: number, value: number): number;
  build_host_function(name: number, length: number): number;
  build_entries(initialize: number, execute: number, finish: number): void;
  build_texts(first: number, firstLength: number, second: number, secondLength: number): void;
  build_exception(): number;
  build_is_exception(value: number): number;
  build_text(value: number): bigint;
  build_new_text(text: number, length: number): number;
  build_collect(): void;
}

/** Address of a box that holds a value of the engine. */
export type Box = number;

const utf8 = new TextEncoder();
const OUT_OF_MEMORY = 'the script uses more memory than it has';

/** The engine, while a script is built: it computes, and has no access to anything outside. */
export class Engine {
  readonly instance: WebAssembly.Instance;
  /** Messages that the script logged. */
  readonly logged: readonly string[];
  readonly #exports: EngineExports;

  constructor() {
    const { functions, logged } = buildHost(() => this.#exports.memory);
    this.logged = logged;
    this.instance = new WebAssembly.Instance(engineFiles().module, { env: functions });
    this.#exports = this.instance.exports as unknown as EngineExports;
    // oxlint-disable-next-line no-underscore-dangle -- the name that reactor modules have
    this.#exports._initialize();
    if (this.#exports.build_start(STACK_BYTES) !== 0)
      throw new RangeError('Cannot start the engine');
    this.#exports.build_limit(BUILD_MEMORY_BYTES, BUILD_INTERRUPTS);
  }

  /** Evaluates code, as a module or a script. */
  evaluate(code: string, name: string, asModule: boolean): Box {
    const text = this.#write(code);
    const named = this.#write(name);
    const box = this.#exports.build_eval(
      text.address,
      text.length,
      named.address,
      asModule ? 1 : 0,
    );
    this.#erase(text);
    this.#erase(named);
    return box;
  }

  call(callee: Box, value: Box): Box {
    return this.#exports.build_call(callee, value);
  }

  /** The function by which a script reaches its host. */
  hostFunction(): Box {
    const name = this.#write('host');
    const box = this.#exports.build_host_function(name.address, name.length);
    this.#erase(name);
    return box;
  }

  newText(text: string): Box {
    const written = this.#write(text);
    const box = this.#exports.build_new_text(written.address, written.length);
    this.#erase(written);
    return box;
  }

  /** The text in a box; undefined for anything else. */
  textOf(box: Box): string | undefined {
    const packed = this.#exports.build_text(box);
    if (packed < 0n) return undefined;
    const address = Number(packed >> 32n);
    const length = Number(packed & 0xffff_ffffn);
    const text = this.#read(address, length);
    this.#erase({ address, length });
    return text;
  }

  isException(box: Box): boolean {
    return box === 0 || this.#exports.build_is_exception(box) !== 0;
  }

  /** The last value thrown. */
  exception(): Box {
    return this.#exports.build_exception();
  }

  /** Sets the host's callbacks, and lifts the limits of the build. */
  seal(entries: readonly [initialize: Box, execute: Box, finish: Box], metadata: string): void {
    this.#exports.build_entries(...entries);
    const first = this.#write(metadata);
    const second = this.#write(OUT_OF_MEMORY);
    this.#exports.build_texts(first.address, first.length, second.address, second.length);
    this.#exports.build_limit(-1, 0);
    this.#exports.build_collect();
  }

  #write(text: string): { readonly address: number; readonly length: number } {
    const bytes = utf8.encode(text);
    // With a trailing zero, as C requires.
    const address = this.#exports.plugin_alloc(bytes.length + 1);
    if (address === 0) throw new RangeError('Cannot build the script: it is too long');
    const memory = new Uint8Array(this.#exports.memory.buffer);
    memory.set(bytes, address);
    memory[address + bytes.length] = 0;
    return { address, length: bytes.length };
  }

  /** Freed memory keeps its content, and a snapshot would include it. */
  #erase({ address, length }: { readonly address: number; readonly length: number }): void {
    new Uint8Array(this.#exports.memory.buffer).fill(0, address, address + length);
    this.#exports.plugin_free(address, length);
  }

  #read(address: number, length: number): string {
    return new TextDecoder().decode(
      new Uint8Array(this.#exports.memory.buffer, address, length).slice(),
    );
  }
}
