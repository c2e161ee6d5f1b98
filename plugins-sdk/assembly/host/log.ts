import { host_log } from "./imports";
import { addressOf, encodeUtf8 } from "./utf8";

function write(level: i32, message: string): void {
  const bytes = encodeUtf8(message);
  host_log(level, addressOf(bytes), bytes.byteLength);
}

/** Writes lines to the host's log, one severity a function. */
export namespace log {
  /** Writes what only somebody who looks for a fault wants to see. */
  export function trace(message: string): void {
    write(0, message);
  }

  /** Writes what helps to understand a call. */
  export function debug(message: string): void {
    write(1, message);
  }

  /** Writes what happened. */
  export function info(message: string): void {
    write(2, message);
  }

  /** Writes what is odd, and did not keep the call from going on. */
  export function warn(message: string): void {
    write(3, message);
  }

  /** Writes what went wrong; the call fails by `fail` alone. */
  export function error(message: string): void {
    write(4, message);
  }
}
