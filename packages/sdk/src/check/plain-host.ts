import { HOST_FUNCTIONS, HOST_MODULE, HostCode } from '@testbench/types/abi';

/** `ENOSYS`. @see https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#errno */
const NOT_IMPLEMENTED_BY_WASI = 52;

/** Host functions of the smallest host: a log that goes nowhere, a clock that stands still, state in memory, nothing granted. */
export class PlainHost {
  /** The guest's last message through `host_error` or `abort`. */
  message = '';
  readonly #state = new Map<string, Uint8Array>();
  #seed = 1;

  constructor(readonly memory: () => WebAssembly.Memory) {}

  importsOf(module: WebAssembly.Module): WebAssembly.Imports {
    // Without prototypes: a module may import from "__proto__".
    const imports: Record<string, Record<string, (...args: number[]) => unknown>> = Object.create(
      null,
    );
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      const functions = (imports[from] ??= Object.create(null) as (typeof imports)[string]);
      functions[name] = from.startsWith('wasi')
        ? () => NOT_IMPLEMENTED_BY_WASI
        : // A function of the host in another module: nothing is granted.
          this.#functionNamed(from === HOST_MODULE ? name : `${from}.${name}`);
    }
    return imports;
  }

  #functionNamed(name: string): (...args: number[]) => unknown {
    const own = Object.hasOwn(this.#functions, name) ? this.#functions[name] : undefined;
    if (own !== undefined) return own;
    const signature = Object.hasOwn(HOST_FUNCTIONS, name) ? HOST_FUNCTIONS[name] : undefined;
    return signature?.results[0] === 'i64' ? () => 0n : () => HostCode.permissionDenied;
  }

  readonly #functions: Readonly<Record<string, (...args: number[]) => unknown>> = {
    host_log: () => 0,
    host_emit: () => 0,
    host_error: (ptr, length) => {
      this.message = this.#text(ptr, length);
      return 0;
    },
    abort: (message) => {
      this.message = message === 0 ? 'abort' : this.#utf16(message);
      throw new Error('abort');
    },
    host_random: (max) => this.#random(max >>> 0),
    host_random_bytes: (ptr, length) => {
      const bytes = this.#bytes(ptr, length);
      for (let index = 0; index < bytes.length; index += 1) bytes[index] = this.#random(256);
      return 0;
    },
    host_set_state: (keyPtr, keyLength, ptr, length) => {
      this.#state.set(this.#text(keyPtr, keyLength), this.#bytes(ptr, length).slice());
      return 0;
    },
    host_get_state: (keyPtr, keyLength, ptr, max) => {
      const value = this.#state.get(this.#text(keyPtr, keyLength));
      if (value === undefined) return HostCode.notFound;
      this.#bytes(ptr, Math.min(max >>> 0, value.length)).set(value.subarray(0, max >>> 0));
      return value.length;
    },
    host_delete_state: (keyPtr, keyLength) =>
      this.#state.delete(this.#text(keyPtr, keyLength)) ? 0 : HostCode.notFound,
  };

  #bytes(ptr: number, length: number): Uint8Array {
    return new Uint8Array(this.memory().buffer, ptr >>> 0, length >>> 0);
  }

  #text(ptr: number, length: number): string {
    return new TextDecoder().decode(this.#bytes(ptr, length));
  }

  /** AssemblyScript's strings: UTF-16, with their length in bytes before them. */
  #utf16(ptr: number): string {
    const length = new DataView(this.memory().buffer).getUint32(ptr - 4, true);
    return new TextDecoder('utf-16le').decode(this.#bytes(ptr, length));
  }

  #random(max: number): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return max === 0 ? this.#seed : this.#seed % max;
  }
}
