import { host_delete_state, host_get_state, host_set_state } from "./imports";
import { addressOf, decodeUtf8, encodeUtf8 } from "./utf8";

/** First guess at a value's size; a longer one costs a second question. */
const GUESS: i32 = 256;

/** Text that the host keeps for this plugin, also when the instance is reset or replaced. */
export namespace state {
  /** The value of `key`, or `null` if there is none. */
  export function get(key: string): string | null {
    const name = encodeUtf8(key);
    let value = new ArrayBuffer(GUESS);
    let length = host_get_state(addressOf(name), name.byteLength, addressOf(value), GUESS);
    if (length > GUESS) {
      value = new ArrayBuffer(length);
      length = host_get_state(addressOf(name), name.byteLength, addressOf(value), length);
    }
    if (length < 0) return null;
    return decodeUtf8(addressOf(value), min(length, value.byteLength));
  }

  /** Sets `key`; false if the host refuses, for lack of room or permission. */
  export function set(key: string, value: string): bool {
    const name = encodeUtf8(key);
    const bytes = encodeUtf8(value);
    return host_set_state(addressOf(name), name.byteLength, addressOf(bytes), bytes.byteLength) >= 0;
  }

  /** Forgets `key`; false if there was none. */
  export function remove(key: string): bool {
    const name = encodeUtf8(key);
    return host_delete_state(addressOf(name), name.byteLength) >= 0;
  }
}
