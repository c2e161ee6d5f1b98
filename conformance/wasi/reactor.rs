// A plugin for Rust's standard library on WASI.
use std::io::Write;

const METADATA: &str = r#"{"name":"wasi-rust","version":"1.0.0","plugin_type":"custom","api_version":"1.0.0"}"#;

fn pack(text: String) -> i64 {
    let bytes = text.into_bytes().into_boxed_slice();
    let len = bytes.len() as i64;
    ((Box::into_raw(bytes) as *mut u8 as i64) << 32) | len
}

fn layout(size: i32) -> std::alloc::Layout {
    std::alloc::Layout::from_size_align(size.max(1) as usize, 1).unwrap()
}

#[no_mangle]
pub extern "C" fn plugin_alloc(size: i32) -> *mut u8 {
    unsafe { std::alloc::alloc(layout(size)) }
}
#[no_mangle]
pub unsafe extern "C" fn plugin_free(ptr: *mut u8, size: i32) {
    std::alloc::dealloc(ptr, layout(size))
}
#[no_mangle]
pub extern "C" fn plugin_metadata() -> i64 {
    pack(METADATA.into())
}
#[no_mangle]
pub extern "C" fn plugin_init(_ptr: *const u8, _len: i32) -> i32 {
    0
}
#[no_mangle]
pub extern "C" fn plugin_shutdown() -> i32 {
    0
}

// The first letter of the data selects the action; the envelope begins with {"data":"
#[no_mangle]
pub unsafe extern "C" fn plugin_execute(ptr: *const u8, len: i32) -> i64 {
    let input = std::slice::from_raw_parts(ptr, len as usize);
    let rest = &input[10..];
    let end = rest.iter().position(|byte| *byte == b'"').unwrap_or(0);
    let path = String::from_utf8_lossy(&rest[..end]).into_owned();
    let data = match input[9] {
        b'p' => {
            println!("to stdout");
            eprintln!("to stderr");
            "0".to_string()
        }
        b't' => {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
            format!("{{\"seconds\":{},\"rest\":{}}}", now.as_secs(), now.subsec_nanos() % 1_000_000)
        }
        // The hash seeds of the standard library are random.
        b'r' => {
            use std::hash::{BuildHasher, Hasher};
            format!("\"{:x}\"", std::collections::hash_map::RandomState::new().build_hasher().finish())
        }
        b'e' => format!("{}", std::env::vars().count() + std::env::args().count()),
        b'f' => match std::fs::read_to_string(&path) {
            Ok(text) => format!("{:?}", text),
            Err(error) => format!("{{\"errno\":{}}}", error.raw_os_error().unwrap_or(-1)),
        },
        b'w' => match std::fs::File::create(&path).and_then(|mut file| file.write_all(b"written")) {
            Ok(()) => "0".to_string(),
            Err(error) => format!("{{\"errno\":{}}}", error.raw_os_error().unwrap_or(-1)),
        },
        b'd' => match std::fs::read_dir(&path) {
            Ok(entries) => format!("{}", entries.count()),
            Err(error) => format!("{{\"errno\":{}}}", error.raw_os_error().unwrap_or(-1)),
        },
        b'n' => format!("{}", std::net::TcpStream::connect("127.0.0.1:1").is_err()),
        _ => panic!("a panic of the plugin"),
    };
    pack(format!("{{\"data\":{}}}", data))
}
