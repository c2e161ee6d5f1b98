// Core modules of components as plugins: an adapter for the option `protocols`, by the canonical ABI of `plugin.wit`.
//
// A component whose world imports nothing has one core module that imports nothing either. `jco transpile` writes it as `<name>.core.wasm`; it is loaded,
// metered and limited like every other module.

const GUEST = 'testbench:plugin/guest@1.0.0#';
const METADATA = `${GUEST}metadata`;
const INIT = `${GUEST}init`;
const EXECUTE = `${GUEST}execute`;
const SHUTDOWN = `${GUEST}shutdown`;
/** A result of a text or a failure: its case, then pointer and length, or code, pointer and length. */
const RESULT_BYTES = 16;
const TEXT_BYTES = 8;
const OTHER_FAILURE = -1;

const textToResult = { params: ['i32', 'i32'], results: ['i32'] };

/** @implements {import('@testbench/types/abi').ProtocolSession} */
class ComponentSession {
  #guest;

  /** @param {import('@testbench/types/abi').ProtocolGuest} guest */
  constructor(guest) {
    this.#guest = guest;
  }

  /**
   * @template {object} T
   * @param {import('@testbench/types/abi').ReadBytes<T>} read
   */
  readMetadata(read) {
    const at = this.#guest.i32(METADATA, this.#guest.function(METADATA)());
    const metadata = this.#text('metadata', this.#view('metadata', at, TEXT_BYTES), 0, read);
    this.#release(METADATA, at);
    return metadata;
  }

  /** @param {Uint8Array} config */
  *init(config) {
    const at = yield* this.#call(INIT, config);
    const code = this.#failure(this.#view('the result', at, RESULT_BYTES));
    this.#release(INIT, at);
    return code;
  }

  /**
   * @template {object} T
   * @param {import('@testbench/types/abi').ProtocolInput} input
   * @param {import('@testbench/types/abi').ReadBytes<T>} read
   * @returns {import('@testbench/types/abi').ProtocolSteps<T | number>}
   */
  *execute(input, read) {
    const at = yield* this.#call(EXECUTE, input);
    const result = this.#view('the result', at, RESULT_BYTES);
    const code = this.#failure(result);
    const answer = code === 0 ? this.#text('output', result, 4, read) : code;
    this.#release(EXECUTE, at);
    return answer;
  }

  *shutdown() {
    if (this.#guest.has(SHUTDOWN)) yield this.#guest.waitingFunction(SHUTDOWN)();
  }

  /**
   * @param {string} name
   * @param {import('@testbench/types/abi').ProtocolInput} input
   * @returns {import('@testbench/types/abi').ProtocolSteps<number>}
   */
  *#call(name, input) {
    const guest = this.#guest;
    const { ptr, length } = guest.memory.write(input, (size) =>
      guest.i32('cabi_realloc', guest.function('cabi_realloc')(0, 0, 1, size)),
    );
    return guest.i32(name, yield guest.waitingFunction(name)(ptr, length));
  }

  /** A failure must not look like success. @param {DataView} result */
  #failure(result) {
    return result.getUint8(0) === 0 ? 0 : result.getInt32(4, true) || OTHER_FAILURE;
  }

  /**
   * @template {object} T
   * @param {string} what
   * @param {DataView} view
   * @param {number} at
   * @param {import('@testbench/types/abi').ReadBytes<T>} read
   */
  #text(what, view, at, read) {
    const length = view.getUint32(at + 4, true);
    return read(this.#guest.memory.range(what, view.getUint32(at, true), length));
  }

  /**
   * @param {string} what
   * @param {number} at
   * @param {number} length
   */
  #view(what, at, length) {
    const bytes = this.#guest.memory.range(what, at, length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  /** Tells the guest that a result has been read. @param {string} name @param {number} at */
  #release(name, at) {
    const after = `cabi_post_${name}`;
    if (this.#guest.has(after)) this.#guest.function(after)(at);
  }
}

/** @type {import('@testbench/types/abi').WireProtocol} */
export const protocol = {
  specificationVersion: 'v1',
  name: 'component',
  markers: { exports: { [EXECUTE]: 'any' } },
  requiredExports: {
    [METADATA]: { params: [], results: ['i32'] },
    [INIT]: textToResult,
    [EXECUTE]: textToResult,
    cabi_realloc: { params: ['i32', 'i32', 'i32', 'i32'], results: ['i32'] },
  },
  optionalExports: {},
  imports: {},
  payload: 'envelope',
  open: (guest) => new ComponentSession(guest),
};
