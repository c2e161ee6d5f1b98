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

/** The answer of the fake network: a code, or a head and the body's pieces; a number among them is a failure. */
export type FakeAnswer =
  | number
  | { readonly head: unknown; readonly pieces: readonly (string | Uint8Array | number)[] };

/**
 * The smallest host that implements the wire contract exactly: the library is tested against the
 * contract, not against our host.
 */
export class PlainHost {
  readonly logs: [level: number, text: string][] = [];
  readonly chunks: string[] = [];
  readonly state = new Map<string, string>();
  readonly exports: PluginExports;
  error = '';
  nowMs = 0n;
  /** Answers requests. */
  answer: (request: Answer) => FakeAnswer = () => -3;
  readonly files = new Map<string, string>();
  /** Open handles: the remaining data to read, or the data written so far. */
  readonly #open = new Map<number, { head: string; rest: (Uint8Array | number)[]; path: string }>();
  #handles = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    const module = new WebAssembly.Module(bytes);
    const text = (ptr: number, len: number): string => decoder.decode(this.#bytes(ptr, len));
    const fill = (ptr: number, max: number, value: string | undefined): number => {
      if (value === undefined) return -1;
      const encoded = encoder.encode(value);
      this.#bytes(ptr, Math.min(max, encoded.length)).set(encoded.subarray(0, max));
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
      host_http_open: (ptr: number, len: number) => {
        const answer = this.answer(JSON.parse(text(ptr, len)));
        if (typeof answer === 'number') return answer;
        const rest = answer.pieces.map((piece) =>
          typeof piece === 'string' ? encoder.encode(piece) : piece,
        );
        return this.#add(JSON.stringify(answer.head), rest);
      },
      host_http_head: (handle: number, ptr: number, max: number) =>
        fill(ptr, max, this.#open.get(handle)?.head),
      host_http_read: (handle: number, ptr: number, max: number) => this.#pull(handle, ptr, max),
      host_http_close: (handle: number) => (this.#open.delete(handle) ? 0 : -2),
      host_file_open: (ptr: number, len: number, flags: number) => {
        const path = text(ptr, len);
        if (!path.startsWith('/data/')) return -3;
        const content = this.files.get(path);
        if (flags === 1) return this.#add('', [], path);
        return content === undefined ? -1 : this.#add('', [encoder.encode(content)]);
      },
      host_file_read: (handle: number, ptr: number, max: number) => this.#pull(handle, ptr, max),
      host_file_write: (handle: number, ptr: number, len: number) => {
        this.#open.get(handle)?.rest.push(this.#bytes(ptr, len).slice());
        return len;
      },
      host_file_close: (handle: number) => {
        const file = this.#open.get(handle);
        if (file === undefined) return -2;
        if (file.path !== '') {
          this.files.set(file.path, Buffer.concat(file.rest as Uint8Array[]).toString());
        }
        this.#open.delete(handle);
        return 0;
      },
      host_file_list: (pathPtr: number, pathLen: number, ptr: number, max: number) => {
        const path = text(pathPtr, pathLen);
        const names = Array.from(this.files.keys()).filter((name) => name.startsWith(`${path}/`));
        const entries = names.map((name) => ({ name: name.slice(path.length + 1), type: 'file' }));
        return fill(ptr, max, path === '/data' ? JSON.stringify(entries) : undefined);
      },
      abort: (message: number) => {
        throw new Error(`abort: ${this.#utf16(message)}`);
      },
    };
    this.exports = new WebAssembly.Instance(module, { env }).exports as never;
    // oxlint-disable-next-line no-underscore-dangle -- the contract's name
    this.exports._initialize();
  }

  /** Calls a function that takes JSON; returns its code. */
  init(config: unknown): number {
    return this.#write(JSON.stringify(config), (ptr, len) => this.exports.plugin_init(ptr, len));
  }

  /** Calls `plugin_execute` with `data`; returns the output's `data`, or the code. */
  execute(data: unknown, context?: unknown): Answer {
    const output = this.executeText(JSON.stringify({ data, context }));
    return typeof output === 'number' ? output : output.data;
  }

  executeText(input: string): Answer {
    return this.executeBytes(encoder.encode(input));
  }

  executeBytes(input: Uint8Array): Answer {
    return this.#read(this.#write(input, (ptr, len) => this.exports.plugin_execute(ptr, len)));
  }

  batch(inputs: unknown): Answer {
    return this.#read(
      this.#write(JSON.stringify(inputs), (ptr, len) =>
        this.exports.plugin_execute_batch(ptr, len),
      ),
    );
  }

  metadata(): Answer {
    return this.#read(this.exports.plugin_metadata());
  }

  /** Number of open handles. */
  get openHandles(): number {
    return this.#open.size;
  }

  #add(head: string, rest: (Uint8Array | number)[], path = ''): number {
    this.#handles += 1;
    this.#open.set(this.#handles, { head, rest, path });
    return this.#handles;
  }

  /** One piece, or as much of it as fits. */
  #pull(handle: number, ptr: number, max: number): number {
    const rest = this.#open.get(handle)?.rest;
    const piece = rest?.[0];
    if (rest === undefined || piece === undefined) return rest === undefined ? -2 : 0;
    if (typeof piece === 'number') return piece;
    const taken = piece.subarray(0, max);
    this.#bytes(ptr, taken.length).set(taken);
    if (taken.length === piece.length) rest.shift();
    else rest[0] = piece.subarray(max);
    return taken.length;
  }

  #write<Result>(input: string | Uint8Array, call: (ptr: number, len: number) => Result): Result {
    this.error = '';
    const encoded = typeof input === 'string' ? encoder.encode(input) : input;
    const ptr = this.exports.plugin_alloc(encoded.length);
    this.#bytes(ptr, encoded.length).set(encoded);
    const result = call(ptr, encoded.length);
    this.exports.plugin_free(ptr, encoded.length);
    return result;
  }

  #read(packed: bigint): Answer {
    if (packed < 0n) return Number(packed);
    const ptr = Number(packed >> 32n);
    const len = Number(packed & 0xffffffffn);
    const value: unknown = JSON.parse(decoder.decode(this.#bytes(ptr, len)));
    this.exports.plugin_free(ptr, len);
    return value;
  }

  #bytes(ptr: number, len: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, ptr, len);
  }

  #utf16(ptr: number): string {
    const size = new DataView(this.exports.memory.buffer).getUint32(ptr - 4, true);
    return new TextDecoder('utf-16le').decode(this.#bytes(ptr, size));
  }
}
