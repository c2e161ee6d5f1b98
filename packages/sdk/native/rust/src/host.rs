//! What the host does for a plugin. Outside of WebAssembly, in `cargo test`, there is no host: logs and errors go to the
//! standard error output, and everything else answers as a host that grants nothing.

/// Severity of a line of the log.
#[derive(Clone, Copy)]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// Writes a line to the host's log.
pub fn log(level: Level, message: &str) {
    unsafe { raw::host_log(level as i32, message.as_ptr(), message.len()) };
}

/// Sends one chunk of a streamed answer.
pub fn emit(chunk: &str) {
    unsafe { raw::host_emit(chunk.as_ptr(), chunk.len()) };
}

/// Milliseconds since the epoch.
pub fn now_ms() -> i64 {
    unsafe { raw::host_current_time_ms() }
}

/// A random number, uniform in [0, max); any 32 bits if `max` is 0.
pub fn random(max: u32) -> u32 {
    unsafe { raw::host_random(max as i32) as u32 }
}

/// Keeps a value beyond the call. False if the host refuses it.
pub fn set_state(key: &str, value: &[u8]) -> bool {
    unsafe { raw::host_set_state(key.as_ptr(), key.len(), value.as_ptr(), value.len()) >= 0 }
}

/// A value that an earlier call kept.
pub fn get_state(key: &str) -> Option<Vec<u8>> {
    fill(|ptr, max| unsafe { raw::host_get_state(key.as_ptr(), key.len(), ptr, max) })
}

/// Forgets a value. False if there is none.
pub fn delete_state(key: &str) -> bool {
    unsafe { raw::host_delete_state(key.as_ptr(), key.len()) >= 0 }
}

/// A variable of the environment; none unless the host granted it.
pub fn env(name: &str) -> Option<String> {
    let value = fill(|ptr, max| unsafe { raw::host_env_get(name.as_ptr(), name.len(), ptr, max) })?;
    String::from_utf8(value).ok()
}

/// All bytes of a file of the record, by its position in `attachments` of the input. None if there is no such file, or if the plugin's
/// metadata lack the capability `multi_modal_evaluation`.
pub fn attachment(index: usize) -> Option<Vec<u8>> {
    let handle = unsafe { raw::host_attachment_open(i32::try_from(index).ok()?) };
    if handle < 0 {
        return None;
    }
    let mut bytes = Vec::new();
    let mut piece = vec![0; 65_536];
    let ended = loop {
        let read = unsafe { raw::host_attachment_read(handle, piece.as_mut_ptr(), piece.len()) };
        match usize::try_from(read) {
            Ok(0) => break true,
            Ok(length) if length <= piece.len() => bytes.extend_from_slice(&piece[..length]),
            _ => break false,
        }
    };
    unsafe { raw::host_attachment_close(handle) };
    ended.then_some(bytes)
}

pub(crate) fn error(message: &str) {
    unsafe { raw::host_error(message.as_ptr(), message.len()) };
}

/// Asks once with a small buffer, and again if the value is longer.
fn fill(ask: impl Fn(*mut u8, usize) -> i32) -> Option<Vec<u8>> {
    let mut buffer = vec![0; 256];
    loop {
        let length = usize::try_from(ask(buffer.as_mut_ptr(), buffer.len())).ok()?;
        if length <= buffer.len() {
            buffer.truncate(length);
            return Some(buffer);
        }
        buffer.resize(length, 0);
    }
}

#[cfg(target_arch = "wasm32")]
pub(crate) mod raw {
    #[link(wasm_import_module = "env")]
    extern "C" {
        pub fn host_log(level: i32, ptr: *const u8, len: usize) -> i32;
        pub fn host_error(ptr: *const u8, len: usize) -> i32;
        pub fn host_emit(ptr: *const u8, len: usize) -> i32;
        pub fn host_current_time_ms() -> i64;
        pub fn host_random(max: i32) -> i32;
        pub fn host_set_state(key: *const u8, key_len: usize, ptr: *const u8, len: usize) -> i32;
        pub fn host_get_state(key: *const u8, key_len: usize, ptr: *mut u8, max: usize) -> i32;
        pub fn host_delete_state(key: *const u8, key_len: usize) -> i32;
        pub fn host_env_get(key: *const u8, key_len: usize, ptr: *mut u8, max: usize) -> i32;
        pub fn host_http_open(ptr: *const u8, len: usize) -> i32;
        pub fn host_http_head(handle: i32, ptr: *mut u8, max: usize) -> i32;
        pub fn host_http_read(handle: i32, ptr: *mut u8, max: usize) -> i32;
        pub fn host_http_close(handle: i32) -> i32;
        pub fn host_attachment_open(index: i32) -> i32;
        pub fn host_attachment_read(handle: i32, ptr: *mut u8, max: usize) -> i32;
        pub fn host_attachment_close(handle: i32) -> i32;
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod raw {
    unsafe fn print(ptr: *const u8, len: usize) -> i32 {
        eprintln!("{}", String::from_utf8_lossy(std::slice::from_raw_parts(ptr, len)));
        0
    }
    pub unsafe fn host_log(_level: i32, ptr: *const u8, len: usize) -> i32 {
        print(ptr, len)
    }
    pub unsafe fn host_error(ptr: *const u8, len: usize) -> i32 {
        print(ptr, len)
    }
    pub unsafe fn host_emit(_ptr: *const u8, _len: usize) -> i32 {
        0
    }
    pub unsafe fn host_current_time_ms() -> i64 {
        0
    }
    pub unsafe fn host_random(_max: i32) -> i32 {
        0
    }
    pub unsafe fn host_set_state(_key: *const u8, _key_len: usize, _ptr: *const u8, _len: usize) -> i32 {
        -3
    }
    pub unsafe fn host_get_state(_key: *const u8, _key_len: usize, _ptr: *mut u8, _max: usize) -> i32 {
        -3
    }
    pub unsafe fn host_delete_state(_key: *const u8, _key_len: usize) -> i32 {
        -3
    }
    pub unsafe fn host_env_get(_key: *const u8, _key_len: usize, _ptr: *mut u8, _max: usize) -> i32 {
        -3
    }
    pub unsafe fn host_http_open(_ptr: *const u8, _len: usize) -> i32 {
        -3
    }
    pub unsafe fn host_http_head(_handle: i32, _ptr: *mut u8, _max: usize) -> i32 {
        -3
    }
    pub unsafe fn host_http_read(_handle: i32, _ptr: *mut u8, _max: usize) -> i32 {
        -3
    }
    pub unsafe fn host_http_close(_handle: i32) -> i32 {
        -3
    }
    pub unsafe fn host_attachment_open(_index: i32) -> i32 {
        -3
    }
    pub unsafe fn host_attachment_read(_handle: i32, _ptr: *mut u8, _max: usize) -> i32 {
        -3
    }
    pub unsafe fn host_attachment_close(_handle: i32) -> i32 {
        -3
    }
}
