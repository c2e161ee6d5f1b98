// A custom wire protocol: the guest pulls its input from the host and pushes its output, as Extism's plugins do, so that it needs no
// allocator. It exists only here; nothing under packages knows about it.
//
//   imports   pull.input(ptr, max) -> i32     copies at most `max` bytes, returns the full length; -1 if there is no input
//             pull.output(ptr, length) -> i32  hands over the output, or the metadata; 0
//   exports   memory, run() -> i32, describe() -> i32, configure() -> i32 (optional), well() -> i32 (optional)

const i32 = { params: [], results: ['i32'] };
const buffer = { params: ['i32', 'i32'], results: ['i32'] };
const encoder = new TextEncoder();

/** What one guest has received and returned in the running call. */
class Exchange {
  /** @type {Uint8Array | undefined} */
  input = undefined;
  /** @type {Uint8Array | undefined} */
  output = undefined;

  /** @param {import('@testbench/types/abi').ProtocolGuest} guest */
  constructor(guest) {
    this.pull = {
      input: (/** @type {number} */ ptr, /** @type {number} */ max) => {
        const { input } = this;
        if (input === undefined) return -1;
        // An i32 is signed.
        const length = Math.min(input.length, max >>> 0);
        guest.memory.range('the room for the input', ptr, length).set(input.subarray(0, length));
        return input.length;
      },
      output: (/** @type {number} */ ptr, /** @type {number} */ length) => {
        // A copy: the guest may write over it.
        this.output = guest.memory.range('output', ptr, length).slice();
        return 0;
      },
    };
  }
}

/** @implements {import('@testbench/types/abi').ProtocolSession} */
class PullSession {
  /**
   * @param {import('@testbench/types/abi').ProtocolGuest} guest
   * @param {Exchange} exchange
   */
  constructor(guest, exchange) {
    this.guest = guest;
    this.exchange = exchange;
    if (guest.has('well')) this.health = () => this.#call('well', undefined);
  }

  /**
   * @template {object} T
   * @param {import('@testbench/types/abi').ReadBytes<T>} read
   */
  readMetadata(read) {
    return this.#give(this.guest.function('describe')(), 'describe', read);
  }

  /** @param {Uint8Array} config */
  init(config) {
    return this.guest.has('configure') ? this.#call('configure', config) : 0;
  }

  /**
   * @template {object} T
   * @param {import('@testbench/types/abi').ProtocolInput} input
   * @param {import('@testbench/types/abi').ReadBytes<T>} read
   * @returns {import('@testbench/types/abi').ProtocolSteps<T | number>}
   */
  *execute(input, read) {
    const code = yield* this.#call('run', encoder.encode(this.guest.text(input)));
    return this.#give(code, 'run', read);
  }

  /**
   * @param {string} name
   * @param {Uint8Array | undefined} input
   * @returns {import('@testbench/types/abi').ProtocolSteps<number>}
   */
  *#call(name, input) {
    this.exchange.input = input;
    this.exchange.output = undefined;
    const code = yield this.guest.waitingFunction(name)();
    this.exchange.input = undefined;
    return this.guest.i32(name, code);
  }

  /**
   * @template {object} T
   * @param {unknown} code
   * @param {string} name
   * @param {import('@testbench/types/abi').ReadBytes<T>} read
   */
  #give(code, name, read) {
    const result = this.guest.i32(name, code);
    if (result !== 0) return result;
    const { output } = this.exchange;
    this.exchange.output = undefined;
    if (output !== undefined) return read(output);
    return this.guest.fail('CALL_INVALID_OUTPUT', `Cannot read output: "${name}" gave none`);
  }
}

/** @type {WeakMap<import('@testbench/types/abi').ProtocolGuest, Exchange>} */
const exchanges = new WeakMap();

/** @type {import('@testbench/types/abi').WireProtocol} */
export const protocol = {
  specificationVersion: 'v1',
  name: 'pull',
  markers: { exports: { run: 'any' }, imports: ['pull'] },
  requiredExports: { run: i32, describe: i32 },
  optionalExports: { configure: i32, well: i32 },
  imports: { pull: { input: buffer, output: buffer } },
  payload: 'data',
  createImports(guest) {
    const exchange = new Exchange(guest);
    exchanges.set(guest, exchange);
    return { pull: exchange.pull };
  },
  open(guest) {
    return new PullSession(guest, exchanges.get(guest) ?? new Exchange(guest));
  },
};
