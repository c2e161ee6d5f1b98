/**
 * The host's functions, as the wire contract declares them. Only files of this library call them:
 * an author sees strings and numbers, never a pointer.
 *
 * A function that nobody calls does not become an import of the plugin.
 */

@external("env", "host_log")
export declare function host_log(level: i32, ptr: usize, len: usize): i32;

@external("env", "host_error")
export declare function host_error(ptr: usize, len: usize): i32;

@external("env", "host_emit")
export declare function host_emit(ptr: usize, len: usize): i32;

@external("env", "host_current_time_ms")
export declare function host_current_time_ms(): i64;

@external("env", "host_random")
export declare function host_random(max: u32): u32;

@external("env", "host_random_bytes")
export declare function host_random_bytes(ptr: usize, len: usize): i32;

@external("env", "host_set_state")
export declare function host_set_state(keyPtr: usize, keyLen: usize, ptr: usize, len: usize): i32;

@external("env", "host_get_state")
export declare function host_get_state(keyPtr: usize, keyLen: usize, ptr: usize, max: usize): i32;

@external("env", "host_delete_state")
export declare function host_delete_state(keyPtr: usize, keyLen: usize): i32;

@external("env", "host_env_get")
export declare function host_env_get(keyPtr: usize, keyLen: usize, ptr: usize, max: usize): i32;
