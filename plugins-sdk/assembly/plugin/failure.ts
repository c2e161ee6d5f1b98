import { host_error } from "../host/imports";
import { addressOf, encodeUtf8 } from "../host/utf8";
import { JsonWriter } from "../json/writer";

/** What a failed call returns; any other negative number is the plugin's own. */
export namespace ErrorCode {
  export const ERROR: i32 = -1;
  export const INVALID_INPUT: i32 = -2;
  export const TIMEOUT: i32 = -3;
  export const OUT_OF_MEMORY: i32 = -4;
}

let code: i32 = 0;
let message: string = "";
/**
 * Writes code, message and details of the current call's failure; null if it has no details. A pointer, so that a plugin whose failures
 * have none carries none of the code for them.
 */
let describe: ((out: JsonWriter) => void) | null = null;

/**
 * Marks the current call as failed. The code goes on; when it returns, its result is dropped and the
 * host gets the error instead, so return soon, any value of the right type. The first failure of a call wins.
 *
 * AssemblyScript has no exceptions: `throw` ends the whole instance, while this ends only the call.
 *
 * @param errorCode Below 0; any other number counts as `ErrorCode.ERROR`.
 */
export function fail(text: string, errorCode: i32 = ErrorCode.ERROR): void {
  failWith(text, errorCode < 0 ? errorCode : ErrorCode.ERROR);
}

/** For this library: as `fail`, with a negative code. */
export function failWith(text: string, errorCode: i32): void {
  if (code != 0) return;
  code = errorCode;
  message = text;
}

/** For this library: as `failWith`, with a function that writes all of it. */
export function failDescribed(text: string, errorCode: i32, write: (out: JsonWriter) => void): void {
  if (code != 0) return;
  failWith(text, errorCode);
  describe = write;
}

/** Marks the current call as failed because of what it was given. */
export function invalidInput(text: string): void {
  failWith(text, ErrorCode.INVALID_INPUT);
}

/** For this library, as are the next two: the messages share their words, which every plugin carries. */
export function cannotRead(what: string, problem: string): void {
  invalidInput("Cannot read " + what + ": " + problem);
}

export function wrongKind(what: string, expected: string, found: string): void {
  cannotRead(what, "expected " + expected + ", found " + found);
}

export function cannotWrite(problem: string): void {
  failWith("Cannot write the output: " + problem, ErrorCode.ERROR);
}

/** True once the current call has failed. */
export function hasFailed(): bool {
  return code != 0;
}

/** Writes code, message and details of the current call's failure, and forgets it. */
export function writeFailure(out: JsonWriter): void {
  if (describe !== null) describe!(out);
  else out.object().field("code", code).field("message", message).end();
  takeFailure();
}

/** Forgets the failure of an earlier call; returns its code, 0 if there was none. */
export function takeFailure(): i32 {
  const taken = code;
  code = 0;
  message = "";
  describe = null;
  return taken;
}

/** Tells the host about the failure, if there is one, and returns the code to return. */
export function reportFailure(): i32 {
  if (code == 0) return 0;
  let text = message;
  if (describe !== null) {
    const out = new JsonWriter();
    describe!(out);
    text = out.toString();
  }
  const bytes = encodeUtf8(text);
  host_error(addressOf(bytes), bytes.byteLength);
  return takeFailure();
}
