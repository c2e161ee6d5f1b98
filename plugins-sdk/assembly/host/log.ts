import { host_log } from "./imports";
import { addressOf, encodeUtf8 } from "./utf8";

function write(level: i32, message: string): void {
  const bytes = encodeUtf8(message);
  host_log(level, addressOf(bytes), bytes.byteLength);
}

/** Writes lines to the host's log, one severity a function. */
export namespace log {
  export function trace(message: string): void {
    write(0, message);
  }

  export function debug(message: string): void {
    write(1, message);
  }

  export function info(message: string): void {
    write(2, message);
  }

  export function warn(message: string): void {
    write(3, message);
  }

  export function error(message: string): void {
    write(4, message);
  }
}
