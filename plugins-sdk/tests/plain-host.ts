const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A parsed answer of any shape, or a negative code. */
type Answer = ReturnType<typeof JSON.parse>;

/** The exports of the wire contract. */
interface PluginExports {
  readonly memory: WebAssembly.Memory;
  readonly plugin_alloc: (size: number) => number;
  readonly plugin_free: (ptr: number, size: number) => void;
  readonly plugin_metadata: () => bigint;
  readonly plugin_init: (ptr: number, len: number) => number;
  readonly plugin_execute: (ptr: number, len: number) => bigint;
  readonly plugin_execute_batch: (ptr: number, len: number) => bigint;
  readonly plugin_health: () => number;
  readonly plugin_shutdown: () => number;
  readonly _initialize: () => void;
}

/**
 * The smallest host that speaks the wire contract, by the letter: the library is tested against the
 * contract, not against our host.
 */
export class PlainHost {
  readonly logs: [level: number, text: string][] = [];
  readonly chunks: string[] = [];
  readonly state = new Map<string, string>();
  readonly exports: PluginExports;
  error = '';
  nowMs = 0n;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    const module = new WebAssembly.Module(bytes);
    const text = (ptr: number, len: number): string => decoder.decode(this.bytes(ptr, len));
    const fill = (ptr: number, max: number, value: string | undefined): number => {
      if (value === undefined) return -1;
      const encoded = encoder.encode(value);
      this.bytes(ptr, Math.min(max, encoded.length)).set(encoded.subarray(0, max));
      return encoded.length;
    };
    let random = 0;
    const env = {
      host_log: (level: number, ptr: number, len: number) =>
        this.logs.push([level, text(ptr, len)]),
      host_error: (ptr: number, len: number) => {
        this.error = text(ptr, len);
        return 0;
      },
      host_emit: (ptr: number, len: number) => this.chunks.push(text(ptr, len)),
      host_current_time_ms: () => this.nowMs,
      host_random: (max: number) => (random++ * 7) % (max === 0 ? 2 ** 32 : max),
      host_env_get: (kptr: number, klen: number, ptr: number, max: number) =>
        fill(ptr, max, text(kptr, klen) === 'LONG' ? 'x'.repeat(1000) : undefined),
      host_set_state: (kptr: number, klen: number, ptr: number, len: number) => {
        this.state.set(text(kptr, klen), text(ptr, len));
        return 0;
      },
      host_get_state: (kptr: number, klen: number, ptr: number, max: number) =>
        fill(ptr, max, this.state.get(text(kptr, klen))),
      host_delete_state: (kptr: number, klen: number) =>
        this.state.delete(text(kptr, klen)) ? 0 : -1,
      abort: (message: number) => {
        throw new Error(`abort: ${this.utf16(message)}`);
      },
    };
    this.exports = new WebAssembly.Instance(module, { env }).exports as never;
    // oxlint-disable-next-line no-underscore-dangle -- the contract's name
    this.exports._initialize();
  }

  /** Calls a function that takes JSON; gives its code. */
  init(config: unknown): number {
    return this.write(JSON.stringify(config), (ptr, len) => this.exports.plugin_init(ptr, len));
  }

  /** Calls `plugin_execute` with `data`; gives the output's `data`, or the code. */
  execute(data: unknown, context?: unknown): Answer {
    const output = this.executeText(JSON.stringify({ data, context }));
    return typeof output === 'number' ? output : output.data;
  }

  executeText(input: string): Answer {
    return this.read(this.write(input, (ptr, len) => this.exports.plugin_execute(ptr, len)));
  }

  batch(inputs: unknown): Answer {
    return this.read(
      this.write(JSON.stringify(inputs), (ptr, len) => this.exports.plugin_execute_batch(ptr, len)),
    );
  }

  metadata(): Answer {
    return this.read(this.exports.plugin_metadata());
  }

  private write<Result>(input: string, call: (ptr: number, len: number) => Result): Result {
    this.error = '';
    const encoded = encoder.encode(input);
    const ptr = this.exports.plugin_alloc(encoded.length);
    this.bytes(ptr, encoded.length).set(encoded);
    const result = call(ptr, encoded.length);
    this.exports.plugin_free(ptr, encoded.length);
    return result;
  }

  private read(packed: bigint): Answer {
    if (packed < 0n) return Number(packed);
    const ptr = Number(packed >> 32n);
    const len = Number(packed & 0xffffffffn);
    const value: unknown = JSON.parse(decoder.decode(this.bytes(ptr, len)));
    this.exports.plugin_free(ptr, len);
    return value;
  }

  private bytes(ptr: number, len: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, ptr, len);
  }

  private utf16(ptr: number): string {
    const size = new DataView(this.exports.memory.buffer).getUint32(ptr - 4, true);
    return new TextDecoder('utf-16le').decode(this.bytes(ptr, size));
  }
}
