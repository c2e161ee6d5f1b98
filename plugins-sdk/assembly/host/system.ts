import { host_current_time_ms, host_emit, host_env_get, host_random } from "./imports";
import { addressOf, decodeUtf8, encodeUtf8 } from "./utf8";

/** Milliseconds since 1970, as the host tells them. */
export function now(): i64 {
  return host_current_time_ms();
}

/** A number in [0, 1) with 53 random bits from the host, which may be seeded. */
export function random(): f64 {
  const high = <u64>(host_random(0) >>> 5);
  const low = <u64>(host_random(0) >>> 6);
  return <f64>((high << 26) | low) / <f64>(1 << 53);
}

/** A whole number in [0, max), each as likely; `max` from 1 to 2^31 - 1. */
export function randomInt(max: i32): i32 {
  return <i32>host_random(<u32>max);
}

/** The value of an environment variable, or `null` if it is not set or not granted. */
export function env(name: string): string | null {
  const key = encodeUtf8(name);
  let value = new ArrayBuffer(256);
  let length = host_env_get(addressOf(key), key.byteLength, addressOf(value), 256);
  if (length > 256) {
    value = new ArrayBuffer(length);
    length = host_env_get(addressOf(key), key.byteLength, addressOf(value), length);
  }
  if (length < 0) return null;
  return decodeUtf8(addressOf(value), min(length, value.byteLength));
}

/** Sends one chunk of a streamed output, which is dropped if nobody listens; false if it is more than the host takes. */
export function emit(chunk: string): bool {
  const bytes = encodeUtf8(chunk);
  return host_emit(addressOf(bytes), bytes.byteLength) >= 0;
}
