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

@external("env", "host_http_open")
export declare function host_http_open(ptr: usize, len: usize): i32;

@external("env", "host_http_head")
export declare function host_http_head(handle: i32, ptr: usize, max: usize): i32;

@external("env", "host_http_read")
export declare function host_http_read(handle: i32, ptr: usize, max: usize): i32;

@external("env", "host_http_close")
export declare function host_http_close(handle: i32): i32;

@external("env", "host_attachment_open")
export declare function host_attachment_open(index: i32): i32;

@external("env", "host_attachment_read")
export declare function host_attachment_read(handle: i32, ptr: usize, max: usize): i32;

@external("env", "host_attachment_close")
export declare function host_attachment_close(handle: i32): i32;

@external("env", "host_file_open")
export declare function host_file_open(pathPtr: usize, pathLen: usize, flags: i32): i32;

@external("env", "host_file_read")
export declare function host_file_read(handle: i32, ptr: usize, max: usize): i32;

@external("env", "host_file_write")
export declare function host_file_write(handle: i32, ptr: usize, len: usize): i32;

@external("env", "host_file_close")
export declare function host_file_close(handle: i32): i32;

@external("env", "host_file_list")
export declare function host_file_list(pathPtr: usize, pathLen: usize, ptr: usize, max: usize): i32;
