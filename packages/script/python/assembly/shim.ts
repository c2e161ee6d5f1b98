// Implements CPython's imports from WASI with the functions of the contract, and the exports that the contract requires of a plugin.
//
// The guest (`guest/*.py`) makes a request by writing a message to file 2: an operation and its arguments. It reads the result
// from file 0. There are no other files.

@external("env", "host_log") declare function hostLog(level: i32, text: usize, length: usize): i32;
@external("env", "host_error") declare function hostError(text: usize, length: usize): i32;
@external("env", "host_current_time_ms") declare function hostCurrentTimeMs(): i64;
@external("env", "host_random_bytes") declare function hostRandomBytes(bytes: usize, length: usize): i32;
@external("env", "host_set_state") declare function hostSetState(key: usize, keyLength: usize, value: usize, length: usize): i32;
@external("env", "host_get_state") declare function hostGetState(key: usize, keyLength: usize, value: usize, room: usize): i32;
@external("env", "host_delete_state") declare function hostDeleteState(key: usize, keyLength: usize): i32;
@external("env", "host_env_get") declare function hostEnvGet(key: usize, keyLength: usize, value: usize, room: usize): i32;

@external("env", "host_attachment_open") declare function hostAttachmentOpen(index: i32): i32;
@external("env", "host_attachment_read") declare function hostAttachmentRead(handle: i32, bytes: usize, room: usize): i32;
@external("env", "host_attachment_close") declare function hostAttachmentClose(handle: i32): i32;

/** Codes of results, see the contract. */
const ERROR: i32 = -1;
/** Error numbers of WASI. */
const BAD_FILE: i32 = 8;
const INVALID: i32 = 28;
const INPUT_OUTPUT: i32 = 29;
const NO_ENTRY: i32 = 44;
const NOT_SUPPORTED: i32 = 58;
const OUT_OF_MEMORY: i32 = 48;
/** Buffer size for the first attempt at reading a value of unknown length. */
const FIRST_ROOM: usize = 1024;
/** Maximum length that a value of state or of the environment may report. */
const MAX_VALUE: i32 = 16 * 1024 * 1024;
const PAGE: usize = 65536;
/** Largest attachment: what a host hands over at most. */
const MAX_ATTACHMENT: i32 = 32 * 1024 * 1024;

/** Indexes in CPython's function table, and the functions that the guest gave the build: how to call, and what. */
let rawMalloc: u32 = 0;
let rawFree: u32 = 0;
let vectorcall: u32 = 0;
let builder: usize = 0;
let initialize: usize = 0;
let execute: usize = 0;
let untrusted: usize = 0;
let metadata: usize = 0;
let metadataLength: usize = 0;

/** Input of the call. */
let input: usize = 0;
let inputLength: usize = 0;
/** The next content of file 0. */
let response: usize = 0;
let responseLength: usize = 0;
/** A value from the host; freed with the next one. */
let value: usize = 0;
let output: usize = 0;
let outputLength: usize = 0;
let answered: bool = false;
let code: i32 = 0;

// --- Called by the host.

export function plugin_alloc(size: i32): usize {
  if (size < 0 || !preserve()) return 0;
  // Untrusted code may be long: outside of both worlds it is not kept twice.
  if (untrusted === 0 || lent || <usize>size > holeEnd - holeStart) return allocate(<usize>size);
  lent = true;
  holeUsed = <usize>size;
  return holeStart;
}

export function plugin_free(address: usize, _size: i32): void {
  if (lent && address === holeStart) lent = false;
  else call_indirect<void>(rawFree, 0, address);
}

function allocate(size: usize): usize {
  return call_indirect<usize>(rawMalloc, 0, size);
}

export function plugin_metadata(): i64 {
  if (!preserve()) return -4;
  const copy = allocate(metadataLength);
  if (copy === 0) return -4;
  memory.copy(copy, metadata, metadataLength);
  return (<i64>copy << 32) | <i64>metadataLength;
}

export function plugin_init(text: usize, length: usize): i32 {
  if (!preserve()) return -4;
  run(initialize, text, length);
  if (!answered) return code < 0 ? code : ERROR;
  plugin_free(output, 0);
  return 0;
}

export function plugin_execute(text: usize, length: usize): i64 {
  if (untrusted !== 0 && !separate()) return -4;
  run(execute, text, length);
  if (answered) return (<i64>output << 32) | <i64>outputLength;
  return <i64>(code < 0 ? code : ERROR);
}

export function plugin_shutdown(): i32 {
  return 0;
}

function run(callee: usize, text: usize, length: usize): void {
  input = text;
  inputLength = length;
  responseLength = 0;
  answered = false;
  code = 0;
  // The guest catches everything. Anything that it cannot catch leaves the interpreter in a state that no later call may see.
  if (call_indirect<usize>(vectorcall, callee, 0, 0, 0) === 0) unreachable();
}

// --- Called by the build, and not exported by any module.

export function build_entries(build: usize, begin: usize, perform: usize, answer: usize): void {
  builder = build;
  initialize = begin;
  execute = perform;
  untrusted = answer;
}

export function build_table(allocate: u32, release: u32, call: u32): void {
  rawMalloc = allocate;
  rawFree = release;
  vectorcall = call;
}

export function build_metadata(text: usize, length: usize): void {
  metadata = text;
  metadataLength = length;
}

export function build_run(text: usize, length: usize): i64 {
  run(builder, text, length);
  return answered ? (<i64>output << 32) | <i64>outputLength : <i64>ERROR;
}

// --- Two worlds, for untrusted code.
//
// The interpreter's memory exists twice: once with the judging code, and once with the judged code. One of the two is in place, the other
// is put aside, as an operating system does with processes; only bytes pass between them.
//
// Each call begins the judged world from the interpreter as it was built: before it got a configuration or an input, and before its
// allocator took any memory after `imageEnd`. So all memory after `imageEnd` belongs to one world alone, of which the other's allocator knows nothing.
//
//   0 ... imageEnd         | as built | aside: the other world | one chunk | pages added later, each belonging to one world
//
// What is as built or aside is packed: without the hole, which neither world needs, and without the stack.
//
/** Bytes at the start of memory of which each world has its own copy; those from `holeStart` to `holeEnd` are not needed by either. */
let imageEnd: usize = 0;
let holeStart: usize = 0;
let holeEnd: usize = 0;
/** Bytes at the start of the hole that are in use, and whether the host has them. */
let holeUsed: usize = 0;
let lent: bool = false;
/** The C stack. Code in the other world uses it below the frames of this one, and cannot detect them. */
let stackStart: usize = 0;
let stackEnd: usize = 0;
let pristine: usize = 0;
let aside: usize = 0;
let judged: bool = false;
/** Bytes in transit between worlds, outside both. */
let parcel: usize = 0;
let parcelRoom: usize = 0;
let parcelLength: usize = 0;

export function build_worlds(end: usize, hole: usize, holeTo: usize, stack: usize, stackTo: usize): void {
  imageEnd = end;
  stackStart = stack;
  stackEnd = stackTo;
  holeStart = hole;
  holeEnd = holeTo;
}

/** Before the first call of any kind: keeps the interpreter as it was built, and makes room for the other world. */
function preserve(): bool {
  if (untrusted === 0 || pristine !== 0) return true;
  const size = holeStart + (stackStart - holeEnd) + (imageEnd - stackEnd);
  const pages = memory.grow(<i32>((2 * size + 2 * PAGE - 1) / PAGE));
  if (pages < 0) return false;
  pristine = <usize>pages * PAGE;
  aside = pristine + size;
  memory.copy(pristine, 0, holeStart);
  memory.copy(pristine + holeStart, holeEnd, stackStart - holeEnd);
  memory.copy(pristine + holeStart + (stackStart - holeEnd), stackEnd, imageEnd - stackEnd);
  return true;
}

/** Begins the other world. */
function separate(): bool {
  if (!preserve()) return false;
  judged = false;
  memory.copy(aside, pristine, aside - pristine);
  // The rest of the hole carries parcels, unless larger ones have got pages of their own.
  if (parcel < imageEnd) {
    parcel = holeStart + (lent ? holeUsed : 0);
    parcelRoom = holeEnd - parcel;
  }
  return true;
}

/** @returns Where the next part is packed. */
function exchange(from: usize, to: usize, packed: usize): usize {
  const chunk = aside + (aside - pristine);
  for (let at = from; at < to; at += PAGE) {
    const length = min<usize>(PAGE, to - at);
    memory.copy(chunk, at, length);
    memory.copy(at, packed, length);
    memory.copy(packed, chunk, length);
    packed += length;
  }
  return packed;
}

function switchWorlds(): void {
  let packed = exchange(0, holeStart, aside);
  packed = exchange(holeEnd, stackStart, packed);
  exchange(stackEnd, imageEnd, packed);
}

function pack(bytes: usize, length: usize): bool {
  if (length > parcelRoom) {
    const wanted = (length + PAGE - 1) / PAGE;
    const pages = memory.grow(<i32>wanted);
    if (pages < 0) return false;
    parcel = <usize>pages * PAGE;
    parcelRoom = wanted * PAGE;
  }
  memory.copy(parcel, bytes, length);
  parcelLength = length;
  return true;
}

/** Runs the other world's function on some bytes. Its answer can be read afterwards. */
function askOther(bytes: usize, length: usize): i32 {
  if (untrusted === 0 || judged) return NOT_SUPPORTED;
  if (!pack(bytes, length)) return OUT_OF_MEMORY;
  const before = answered;
  answered = false;
  response = parcel;
  responseLength = parcelLength;
  judged = true;
  switchWorlds();
  const result = call_indirect<usize>(vectorcall, untrusted, 0, 0, 0);
  switchWorlds();
  judged = false;
  const found = answered && result !== 0;
  answered = before;
  response = parcel;
  responseLength = found ? parcelLength : 0;
  return found ? 0 : INPUT_OUTPUT;
}

// --- Requests of the guest.

function perform(message: usize, length: usize): i32 {
  if (length === 0) return INVALID;
  const operation = load<u8>(message);
  const rest = message + 1;
  const size = length - 1;
  if (judged) {
    if (operation === 0x49 /* I */) return 0;
    if (operation !== 0x4f /* O */) return NOT_SUPPORTED;
    if (!pack(rest, size)) return OUT_OF_MEMORY;
    answered = true;
    return 0;
  }
  responseLength = 0;
  switch (operation) {
    case 0x49: // I: input
      response = input;
      responseLength = inputLength;
      return 0;
    case 0x4f: { // O: output
      const copy = allocate(size);
      if (copy === 0) return OUT_OF_MEMORY;
      memory.copy(copy, rest, size);
      if (answered) plugin_free(output, 0);
      output = copy;
      outputLength = size;
      answered = true;
      return 0;
    }
    case 0x45: // E: error, with its code written as a positive number
      if (size === 0) return INVALID;
      code = -<i32>load<u8>(rest);
      hostError(rest + 1, size - 1);
      return 0;
    case 0x4c: // L: log, with a level
      if (size === 0) return INVALID;
      return errorOf(hostLog(<i32>load<u8>(rest), rest + 1, size - 1));
    case 0x53: { // S: set state, with the length of the key
      if (size < 4 || <usize>load<u32>(rest) > size - 4) return INVALID;
      const keyLength = <usize>load<u32>(rest);
      return errorOf(hostSetState(rest + 4, keyLength, rest + 4 + keyLength, size - 4 - keyLength));
    }
    case 0x44: // D: delete state
      return errorOf(hostDeleteState(rest, size));
    case 0x47: // G: get state
    case 0x56: // V: an environment variable
      return readValue(operation === 0x47, rest, size);
    case 0x41: // A: an attachment, by its position and size
      if (size !== 8) return INVALID;
      return readAttachment(load<i32>(rest), load<i32>(rest + 4));
    case 0x57: // W: the other world
      return askOther(rest, size);
    default:
      return INVALID;
  }
}

function readValue(ofState: bool, key: usize, keyLength: usize): i32 {
  let room = FIRST_ROOM;
  for (let tries = 0; tries < 2; tries++) {
    if (value !== 0) plugin_free(value, 0);
    value = allocate(room);
    if (value === 0) return OUT_OF_MEMORY;
    const length = ofState
      ? hostGetState(key, keyLength, value, room)
      : hostEnvGet(key, keyLength, value, room);
    if (length < 0) return errorOf(length);
    if (length > MAX_VALUE) return INVALID;
    if (<usize>length <= room) {
      response = value;
      responseLength = <usize>length;
      return 0;
    }
    room = <usize>length;
  }
  return INPUT_OUTPUT;
}

function readAttachment(index: i32, size: i32): i32 {
  if (size < 0 || size > MAX_ATTACHMENT) return INVALID;
  const handle = hostAttachmentOpen(index);
  if (handle < 0) return errorOf(handle);
  if (value !== 0) plugin_free(value, 0);
  value = allocate(<usize>size);
  let failed = value === 0 ? OUT_OF_MEMORY : 0;
  let length = 0;
  while (failed === 0 && length < size) {
    const read = hostAttachmentRead(handle, value + length, size - length);
    if (read <= 0 || read > size - length) failed = read < 0 ? errorOf(read) : INPUT_OUTPUT;
    else length += read;
  }
  hostAttachmentClose(handle);
  if (failed !== 0) return failed;
  response = value;
  responseLength = <usize>length;
  return 0;
}

/** Maps codes of the contract to those of WASI. */
function errorOf(result: i32): i32 {
  switch (result) {
    case -1: return NO_ENTRY;
    case -2: return INVALID;
    case -3: return 2; // EACCES
    case -4: return 22; // EFBIG
    case -5: return INPUT_OUTPUT;
    case -6: return 11; // ECANCELED
    default: return result < 0 ? INVALID : 0;
  }
}

// --- Imported by CPython's C library.

export function fd_write(file: i32, vectors: usize, count: i32, result: usize): i32 {
  if (file !== 2 || count < 1) return BAD_FILE;
  const failed = perform(load<usize>(vectors), load<usize>(vectors, 4));
  if (failed !== 0) return failed;
  // Reports how much there is to read, not how much was written.
  store<u32>(result, <u32>responseLength);
  return 0;
}

export function fd_read(file: i32, vectors: usize, count: i32, result: usize): i32 {
  if (file !== 0 || count < 1) return BAD_FILE;
  const length = min<usize>(load<usize>(vectors, 4), responseLength);
  memory.copy(load<usize>(vectors), response, length);
  response += length;
  responseLength -= length;
  store<u32>(result, <u32>length);
  return 0;
}

export function clock_time_get(_id: i32, _precision: i64, result: usize): i32 {
  store<i64>(result, judged ? 0 : hostCurrentTimeMs() * 1000000);
  return 0;
}

export function clock_res_get(_id: i32, result: usize): i32 {
  store<i64>(result, 1000000);
  return 0;
}

export function random_get(bytes: usize, length: usize): i32 {
  return hostRandomBytes(bytes, length) < 0 ? INPUT_OUTPUT : 0;
}

export function sched_yield(): i32 {
  return 0;
}

export function proc_exit(_code: i32): void {
  unreachable();
}

/** Nothing here can wait: a pause ends immediately. */
export function poll_oneoff(subscriptions: usize, events: usize, count: i32, result: usize): i32 {
  if (count < 1) return INVALID;
  memory.fill(events, 0, 32);
  store<u64>(events, load<u64>(subscriptions));
  store<u32>(result, 1);
  return 0;
}

// There are no files, sockets, arguments or environment variables.
