import { host_error } from "../host/imports";
import { addressOf, encodeUtf8 } from "../host/utf8";

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
 * Marks the current call as failed. The code goes on; when it returns, its result is dropped and the
 * host gets the error instead. The first failure of a call wins.
 *
 * AssemblyScript has no exceptions: `throw` ends the whole instance, while this ends only the call.
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

/** Message of the current call's failure. */
export function failureMessage(): string {
  return message;
}

/** Forgets the failure of an earlier call; returns its code, 0 if there was none. */
export function takeFailure(): i32 {
  const taken = code;
  code = 0;
  message = "";
  return taken;
}

/** Tells the host about the failure, if there is one, and returns the code to return. */
export function reportFailure(): i32 {
  if (code == 0) return 0;
  const bytes = encodeUtf8(message);
  host_error(addressOf(bytes), bytes.byteLength);
  return takeFailure();
}
