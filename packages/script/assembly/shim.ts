/**
 * Stands between QuickJS and the host: implements the engine's imports, and exports the functions that the contract requires of a plugin.
 *
 * It is joined with the engine when this package is built, and works in the engine's memory. It has no data and no garbage
 * collector of its own. A value of the engine is the address of a box that holds it; the receiver of a box frees it.
 */

@external("engine", "malloc")
declare function malloc(size: usize): usize;
@external("engine", "free")
declare function free(address: usize): void;
@external("engine", "qjs_init")
declare function engineInit(): i32;
@external("engine", "qjs_set_max_stack_size")
declare function engineSetMaxStackSize(bytes: i32): void;
@external("engine", "qjs_set_memory_limit")
declare function engineSetMemoryLimit(bytes: i32): void;
@external("engine", "qjs_set_interrupt_handler")
declare function engineSetInterruptHandler(on: i32): void;
@external("engine", "qjs_run_gc")
declare function engineRunGc(): void;
@external("engine", "qjs_eval")
declare function engineEval(code: usize, length: usize, name: usize, flags: i32): usize;
@external("engine", "qjs_call")
declare function engineCall(callee: usize, self: usize, count: i32, values: usize): usize;
@external("engine", "qjs_is_job_pending")
declare function engineIsJobPending(): i32;
@external("engine", "qjs_execute_pending_job")
declare function engineExecutePendingJob(): i32;
@external("engine", "qjs_is_exception")
declare function engineIsException(value: usize): i32;
@external("engine", "qjs_get_exception")
declare function engineGetException(): usize;
@external("engine", "qjs_is_string")
declare function engineIsString(value: usize): i32;
@external("engine", "qjs_is_uncatchable_error")
declare function engineIsUncatchable(value: usize): i32;
@external("engine", "qjs_new_string")
declare function engineNewString(text: usize, length: usize): usize;
@external("engine", "qjs_new_number")
declare function engineNewNumber(value: f64): usize;
@external("engine", "qjs_new_array_buffer")
declare function engineNewArrayBuffer(bytes: usize, length: usize): usize;
@external("engine", "qjs_new_host_function")
declare function engineNewHostFunction(name: usize, length: usize, parameters: i32): usize;
@external("engine", "qjs_get_undefined")
declare function engineGetUndefined(): usize;
@external("engine", "qjs_get_float64")
declare function engineGetFloat64(value: usize): f64;
@external("engine", "qjs_get_string_len")
declare function engineGetString(value: usize, length: usize): usize;
@external("engine", "qjs_free_cstring")
declare function engineFreeString(text: usize): void;
@external("engine", "qjs_get_array_buffer")
declare function engineGetArrayBuffer(value: usize, length: usize): usize;
@external("engine", "qjs_free_value")
declare function engineFreeValue(value: usize): void;
@external("engine", "qjs_get_runtime_ptr")
declare function engineGetRuntime(): usize;
@external("engine", "qjs_get_context_ptr")
declare function engineGetContext(): usize;
@external("engine", "qjs_set_runtime_and_context")
declare function engineSetRuntimeAndContext(runtime: usize, context: usize): void;
@external("engine", "qjs_destroy")
declare function engineDestroy(): void;

@external("env", "host_log")
declare function hostLog(level: i32, text: usize, length: usize): i32;
@external("env", "host_error")
declare function hostError(text: usize, length: usize): i32;
@external("env", "host_emit")
declare function hostEmit(text: usize, length: usize): i32;
@external("env", "host_current_time_ms")
declare function hostCurrentTimeMs(): i64;
@external("env", "host_random")
declare function hostRandom(max: i32): i32;
@external("env", "host_random_bytes")
declare function hostRandomBytes(bytes: usize, length: usize): i32;
@external("env", "host_set_state")
declare function hostSetState(key: usize, keyLength: usize, value: usize, length: usize): i32;
@external("env", "host_get_state")
declare function hostGetState(key: usize, keyLength: usize, value: usize, max: usize): i32;
@external("env", "host_delete_state")
declare function hostDeleteState(key: usize, keyLength: usize): i32;
@external("env", "host_env_get")
declare function hostEnvGet(key: usize, keyLength: usize, value: usize, max: usize): i32;

@external("env", "host_attachment_open")
declare function hostAttachmentOpen(index: i32): i32;
@external("env", "host_attachment_read")
declare function hostAttachmentRead(handle: i32, bytes: usize, max: usize): i32;
@external("env", "host_attachment_close")
declare function hostAttachmentClose(handle: i32): i32;

/** Codes of results, see the contract. */
const ERROR: i32 = -1;
const OUT_OF_MEMORY: i32 = -4;
/** The argument for evaluating code as a module. */
const EVAL_MODULE: i32 = 1;
/** Buffer size for the first attempt at reading a value of unknown length. */
const FIRST_ROOM: usize = 1024;
/** Maximum length that a value of state or of the environment may report. */
const MAX_VALUE: i32 = 16 * 1024 * 1024;

/** Largest attachment: what a host hands over at most. */
const MAX_ATTACHMENT: i32 = 32 * 1024 * 1024;

/** The functions that the host calls, as boxes; set while the module is built. */
let initialize: usize = 0;
let execute: usize = 0;
let finish: usize = 0;
let undefinedValue: usize = 0;
let metadata: usize = 0;
let metadataLength: usize = 0;
let outOfMemory: usize = 0;
let outOfMemoryLength: usize = 0;
/** A word to which engine functions write lengths. */
let word: usize = 0;
/** Interrupts left while the module is built. At run time the host's fuel ends loops. */
let interrupts: i32 = 0;
let interrupted: bool = false;

// --- Called by the host.

export function plugin_alloc(size: i32): usize {
  // The engine adds to the size without checking.
  if (size < 0) return 0;
  return malloc(<usize>size + 1);
}

export function plugin_free(address: usize, _size: i32): void {
  free(address);
}

export function plugin_metadata(): i64 {
  return copyOut(metadata, metadataLength);
}

export function plugin_init(text: usize, length: usize): i32 {
  const result = run(initialize, text, length);
  return result < 0 ? <i32>result : 0;
}

export function plugin_execute(text: usize, length: usize): i64 {
  return run(execute, text, length);
}

export function plugin_shutdown(): i32 {
  return 0;
}

/** Calls a function with a text, lets promises settle, and returns the result: a packed text, or a code. */
function run(callee: usize, text: usize, length: usize): i64 {
  const input = engineNewString(text, length);
  if (input === 0) return fail(OUT_OF_MEMORY);
  if (engineIsException(input)) return failWith(input);
  store<usize>(word, input);
  const begun = engineCall(callee, undefinedValue, 1, word);
  engineFreeValue(input);
  if (engineIsException(begun)) return failWith(begun);
  engineFreeValue(begun);
  while (engineIsJobPending()) {
    if (engineExecutePendingJob() < 0) return failWith(0);
  }
  const result = engineCall(finish, undefinedValue, 0, 0);
  if (engineIsException(result)) return failWith(result);
  if (!engineIsString(result)) {
    const code = <i32>engineGetFloat64(result);
    engineFreeValue(result);
    return code < 0 ? <i64>code : 0;
  }
  const chars = engineGetString(result, word);
  if (chars === 0) {
    engineFreeValue(result);
    return fail(OUT_OF_MEMORY);
  }
  const packed = copyOut(chars, load<usize>(word));
  engineFreeString(chars);
  engineFreeValue(result);
  return packed;
}

function copyOut(text: usize, length: usize): i64 {
  const copy = malloc(length + 1);
  if (copy === 0) return fail(OUT_OF_MEMORY);
  memory.copy(copy, text, length);
  return (<i64>copy << 32) | <i64>length;
}

/** Reports a failure that no script can catch, such as running out of memory. */
function failWith(value: usize): i64 {
  if (value !== 0) engineFreeValue(value);
  const error = engineGetException();
  if (error === 0) return fail(OUT_OF_MEMORY);
  if (engineIsUncatchable(error) && !interrupted) {
    engineFreeValue(error);
    return fail(OUT_OF_MEMORY);
  }
  const text = engineGetString(error, word);
  if (text === 0) {
    engineFreeValue(error);
    return fail(OUT_OF_MEMORY);
  }
  hostError(text, load<usize>(word));
  engineFreeString(text);
  engineFreeValue(error);
  return <i64>ERROR;
}

function fail(code: i32): i64 {
  if (code === OUT_OF_MEMORY) hostError(outOfMemory, outOfMemoryLength);
  return <i64>code;
}

// --- Called by the build, and not exported by any module.

/** Creates the engine. */
export function build_start(stackBytes: i32): i32 {
  if (engineInit() !== 0) return ERROR;
  engineSetMaxStackSize(stackBytes);
  word = malloc(16);
  undefinedValue = engineGetUndefined();
  return word === 0 ? OUT_OF_MEMORY : 0;
}

/** Limits everything evaluated from here on. */
export function build_limit(memoryBytes: i32, count: i32): void {
  engineSetMemoryLimit(memoryBytes);
  interrupts = count;
  interrupted = false;
  engineSetInterruptHandler(count > 0 ? 1 : 0);
}

/** Evaluates code; returns a box. */
export function build_eval(code: usize, length: usize, name: usize, asModule: i32): usize {
  return engineEval(code, length, name, asModule ? EVAL_MODULE : 0);
}

/** The function by which scripts ask for what they cannot compute. */
export function build_host_function(name: usize, length: usize): usize {
  return engineNewHostFunction(name, length, 0);
}

/** Calls a function with one value, and lets promises settle; returns a box. */
export function build_call(callee: usize, value: usize): usize {
  store<usize>(word, value);
  const result = engineCall(callee, undefinedValue, 1, word);
  while (engineIsJobPending()) {
    if (engineExecutePendingJob() < 0) break;
  }
  return result;
}

/** A box with a text. */
export function build_new_text(text: usize, length: usize): usize {
  return engineNewString(text, length);
}

/** The text in a box, packed; negative for anything else. */
export function build_text(value: usize): i64 {
  if (!engineIsString(value)) return ERROR;
  const chars = engineGetString(value, word);
  if (chars === 0) return ERROR;
  const packed = copyOut(chars, load<usize>(word));
  engineFreeString(chars);
  return packed;
}

export function build_is_exception(value: usize): i32 {
  return engineIsException(value);
}

/** The last value thrown. */
export function build_exception(): usize {
  return engineGetException();
}

/** Sets the functions that the host will call. */
export function build_entries(first: usize, second: usize, third: usize): void {
  initialize = first;
  execute = second;
  finish = third;
}

/** Sets the metadata, and the message for running out of memory; both stay where they are. */
export function build_texts(first: usize, firstLength: usize, second: usize, secondLength: usize): void {
  metadata = first;
  metadataLength = firstLength;
  outOfMemory = second;
  outOfMemoryLength = secondLength;
}

/** Frees everything that is no longer referenced. */
export function build_collect(): void {
  engineRunGc();
}

// --- Imported by the engine.

/** The single host function: a number that selects the operation, then its arguments. */
export function host_call(_name: usize, _nameLength: usize, _self: usize, count: i32, values: usize): usize {
  if (count < 1) return engineGetUndefined();
  switch (<i32>engineGetFloat64(load<usize>(values))) {
    case 0:
      return withText(values, 2, -1, 0);
    case 1:
      return withText(values, 1, -1, 1);
    case 2:
      return withText(values, 1, -1, 2);
    case 3:
      return engineNewNumber(<f64>hostCurrentTimeMs());
    case 4:
      return engineNewNumber(<f64>(<u32>hostRandom(<i32><i64>number(values, 1))));
    case 5:
      return randomBytes(<usize>number(values, 1));
    case 6:
      return withText(values, 1, 2, 6);
    case 7:
      return withText(values, 1, -1, 7);
    case 8:
      return withText(values, 1, -1, 8);
    case 9:
      return withText(values, 1, -1, 9);
    case 10:
      return encode(load<usize>(values + 4));
    case 11:
      return decode(values);
    case 12:
      return openOther(values);
    case 13:
      return askOther(load<usize>(values + 4));
    case 14:
      return attachment(<i32>number(values, 1), <i32>number(values, 2));
    default:
      return engineGetUndefined();
  }
}

function number(values: usize, index: i32): f64 {
  return engineGetFloat64(load<usize>(values + 4 * index));
}

/** Performs an operation that takes one or two texts. */
function withText(values: usize, first: i32, second: i32, what: i32): usize {
  const text = engineGetString(load<usize>(values + 4 * first), word);
  if (text === 0) return 0;
  const length = load<usize>(word);
  let other: usize = 0;
  let otherLength: usize = 0;
  if (second >= 0) {
    other = engineGetString(load<usize>(values + 4 * second), word);
    if (other === 0) {
      engineFreeString(text);
      return 0;
    }
    otherLength = load<usize>(word);
  }
  let result: usize = 0;
  if (what === 0) result = engineNewNumber(hostLog(<i32>number(values, 1), text, length));
  else if (what === 1) result = engineNewNumber(hostError(text, length));
  else if (what === 2) result = engineNewNumber(hostEmit(text, length));
  else if (what === 6) result = engineNewNumber(hostSetState(text, length, other, otherLength));
  else if (what === 8) result = engineNewNumber(hostDeleteState(text, length));
  else result = readValue(what, text, length);
  if (other !== 0) engineFreeString(other);
  engineFreeString(text);
  return result;
}

/** A text of the state or of the environment, or the code that says why there is none. */
function readValue(what: i32, key: usize, keyLength: usize): usize {
  let room = FIRST_ROOM;
  for (let tries = 0; tries < 2; tries++) {
    const buffer = malloc(room);
    if (buffer === 0) return engineNewNumber(OUT_OF_MEMORY);
    const length = what === 7 ? hostGetState(key, keyLength, buffer, room) : hostEnvGet(key, keyLength, buffer, room);
    if (length < 0 || <usize>length <= room) {
      const result = length < 0 ? engineNewNumber(length) : engineNewString(buffer, length);
      free(buffer);
      return result;
    }
    free(buffer);
    if (length > MAX_VALUE) break;
    room = length;
  }
  return engineNewNumber(OUT_OF_MEMORY);
}

function randomBytes(length: usize): usize {
  if (length > 65536) return engineNewNumber(-2);
  const buffer = malloc(length + 1);
  if (buffer === 0) return engineNewNumber(OUT_OF_MEMORY);
  const code = hostRandomBytes(buffer, length);
  const result = code < 0 ? engineNewNumber(code) : engineNewArrayBuffer(buffer, length);
  free(buffer);
  return result;
}

/** The bytes of an attachment of the call, or the code that says why there are none. */
function attachment(index: i32, size: i32): usize {
  if (size < 0 || size > MAX_ATTACHMENT) return engineNewNumber(-2);
  const handle = hostAttachmentOpen(index);
  if (handle < 0) return engineNewNumber(handle);
  const buffer = malloc(<usize>size + 1);
  let code = buffer === 0 ? OUT_OF_MEMORY : 0;
  let length = 0;
  while (code === 0 && length < size) {
    const read = hostAttachmentRead(handle, buffer + length, size - length);
    if (read <= 0 || read > size - length) code = read < 0 ? read : -5;
    else length += read;
  }
  hostAttachmentClose(handle);
  const result = code < 0 ? engineNewNumber(code) : engineNewArrayBuffer(buffer, length);
  if (buffer !== 0) free(buffer);
  return result;
}

/** A text as UTF-8. */
function encode(value: usize): usize {
  const text = engineGetString(value, word);
  if (text === 0) return 0;
  const result = engineNewArrayBuffer(text, load<usize>(word));
  engineFreeString(text);
  return result;
}

/** A part of a buffer as text: buffer, first byte, bytes. */
function decode(values: usize): usize {
  const bytes = engineGetArrayBuffer(load<usize>(values + 4), word);
  const whole = load<usize>(word);
  const start = <usize>number(values, 2);
  const length = <usize>number(values, 3);
  if (start > whole || length > whole - start) return engineNewNumber(-2);
  return engineNewString(bytes + start, length);
}

// --- A second engine, for untrusted code.
//
// It has its own heap, globals and limits, and no access to the host. Only texts pass between the two: neither ever sees an object of
// the other.

let ownRuntime: usize = 0;
let ownContext: usize = 0;
let otherRuntime: usize = 0;
let otherContext: usize = 0;
/** The function of the other engine that answers. */
let otherAnswer: usize = 0;
/** True while the other engine runs: it cannot ask anyone. */
let isOther: bool = false;

function enterOther(): void {
  engineSetRuntimeAndContext(otherRuntime, otherContext);
  isOther = true;
}

function leaveOther(): void {
  engineSetRuntimeAndContext(ownRuntime, ownContext);
  isOther = false;
}

/** Starts another engine, replacing an earlier one: code that evaluates to a function, interrupts, bytes of stack and of memory. */
function openOther(values: usize): usize {
  if (isOther) return engineNewNumber(ERROR);
  const count = <i32>number(values, 2);
  const stack = <i32>number(values, 3);
  const limit = <i32>number(values, 4);
  const code = engineGetString(load<usize>(values + 4), word);
  if (code === 0) return 0;
  const length = load<usize>(word);
  ownRuntime = engineGetRuntime();
  ownContext = engineGetContext();
  if (otherRuntime !== 0) {
    enterOther();
    if (otherAnswer !== 0) engineFreeValue(otherAnswer);
    engineDestroy();
    otherRuntime = 0;
  }
  otherAnswer = 0;
  isOther = true;
  // It does not start a second engine while it knows of a first one.
  engineSetRuntimeAndContext(0, 0);
  if (engineInit() === 0) {
    otherRuntime = engineGetRuntime();
    otherContext = engineGetContext();
    engineSetMaxStackSize(stack);
    store<u16>(word, 0x61); // "a", as a C string
    const made = engineEval(code, length, word, 0);
    if (made !== 0 && !engineIsException(made)) otherAnswer = made;
    engineSetMemoryLimit(limit);
    interrupts = count;
    interrupted = false;
    engineSetInterruptHandler(1);
  }
  leaveOther();
  engineFreeString(code);
  return engineNewNumber(otherAnswer === 0 ? OUT_OF_MEMORY : 0);
}

/** Passes a question to the other engine's function, lets its promises settle, and returns its text; a number says why there is none. */
function askOther(text: usize): usize {
  if (isOther || otherAnswer === 0) return engineNewNumber(ERROR);
  const question = engineGetString(text, word);
  if (question === 0) return 0;
  const length = load<usize>(word);
  enterOther();
  let answer = callOther(question, length);
  while (answer !== 0 && engineIsJobPending()) {
    if (engineExecutePendingJob() < 0) {
      const error = engineGetException();
      const isOver = error !== 0 && engineIsUncatchable(error);
      if (error !== 0) engineFreeValue(error);
      if (isOver) break;
    }
    if (interrupted) break;
  }
  // The value that a promise resolved to replaces the first answer.
  if (answer !== 0 && !engineIsString(answer)) {
    engineFreeValue(answer);
    answer = interrupted ? 0 : callOther(question, 0);
  }
  const chars = answer !== 0 && engineIsString(answer) ? engineGetString(answer, word) : 0;
  const size = load<usize>(word);
  const copy = chars === 0 ? 0 : malloc(size + 1);
  if (copy !== 0) memory.copy(copy, chars, size);
  if (chars !== 0) engineFreeString(chars);
  if (answer !== 0) engineFreeValue(answer);
  leaveOther();
  engineFreeString(question);
  // Work that it started and that is still running counts, too.
  if (interrupted || copy === 0) {
    if (copy !== 0) free(copy);
    return engineNewNumber(interrupted ? -6 : OUT_OF_MEMORY);
  }
  const result = engineNewString(copy, size);
  free(copy);
  return result;
}

/** Calls the other engine's function; 0 if it threw. */
function callOther(text: usize, length: usize): usize {
  const given = engineNewString(text, length);
  if (given === 0 || engineIsException(given)) return 0;
  store<usize>(word, given);
  const answer = engineCall(otherAnswer, undefinedValue, 1, word);
  engineFreeValue(given);
  if (answer === 0 || !engineIsException(answer)) return answer;
  engineFreeValue(answer);
  const error = engineGetException();
  if (error !== 0) engineFreeValue(error);
  return 0;
}

export function host_interrupt(): i32 {
  if (interrupted && isOther) return 1;
  if (interrupts <= 0) return 0;
  interrupts--;
  if (interrupts > 0) return 0;
  interrupted = true;
  return 1;
}

export function host_promise_rejection(promise: usize, reason: usize, _isHandled: i32): void {
  engineFreeValue(promise);
  engineFreeValue(reason);
}

/** Everything that a script imports is in its bundle. */
export function host_module_normalize(_base: usize, _name: usize): usize {
  return 0;
}

export function host_module_load(_name: usize, _length: usize): usize {
  return 0;
}

/** Scripts run in UTC: the same input gives the same output everywhere. */
export function host_get_timezone_offset(_high: i32, _low: i32): i32 {
  return 0;
}

// --- Imported by the engine's C library from WASI.

export function clock_time_get(_id: i32, _precision: i64, result: usize): i32 {
  store<i64>(result, isOther ? 0 : hostCurrentTimeMs() * 1000000);
  return 0;
}

export function random_get(bytes: usize, length: usize): i32 {
  return hostRandomBytes(bytes, length) < 0 ? 29 : 0;
}

/** 8 is "bad file descriptor": there are no files. */
export function fd_close(_file: i32): i32 {
  return 8;
}

export function fd_fdstat_get(_file: i32, _result: usize): i32 {
  return 8;
}

export function fd_seek(_file: i32, _offset: i64, _whence: i32, _result: usize): i32 {
  return 8;
}

export function fd_write(_file: i32, _vectors: usize, _count: i32, _result: usize): i32 {
  return 8;
}
