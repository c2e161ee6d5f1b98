//! A plugin by the signature of the original LLM Test Bench documentation: the host gives the room for the output, and the
//! bare data crosses, without an envelope. It scores an answer by its number of words, ten and more being 1.

const OK: i32 = 0;
const INVALID_INPUT: i32 = -2;
const OUT_OF_MEMORY: i32 = -4;

const METADATA: &str = r#"{
  "name": "classic-rust",
  "version": "1.0.0",
  "description": "Scores an answer by its number of words",
  "author": "Testbench contributors",
  "plugin_type": "evaluator",
  "capabilities": ["text_evaluation"],
  "api_version": "1.0.0"
}"#;

#[no_mangle]
pub extern "C" fn plugin_init() -> i32 {
    OK
}

#[no_mangle]
pub unsafe extern "C" fn plugin_metadata(out: *mut u8, out_len: *mut u32) -> i32 {
    write_output(METADATA.as_bytes(), out, out_len)
}

#[no_mangle]
pub unsafe extern "C" fn plugin_execute(input: *const u8, input_len: u32, out: *mut u8, out_len: *mut u32) -> i32 {
    let bytes = std::slice::from_raw_parts(input, input_len as usize);
    let answer = match std::str::from_utf8(bytes).ok().and_then(find_output) {
        Some(answer) => answer,
        None => return INVALID_INPUT,
    };
    let words = answer.split_whitespace().count();
    let score = words.min(10) as f64 / 10.0;
    write_output(format!(r#"{{"score":{score},"metrics":{{"words":{words}}}}}"#).as_bytes(), out, out_len)
}

#[no_mangle]
pub extern "C" fn plugin_shutdown() -> i32 {
    OK
}

/// Copies an output into the host's room, or tells how much room it needs.
unsafe fn write_output(bytes: &[u8], out: *mut u8, out_len: *mut u32) -> i32 {
    let capacity = *out_len as usize;
    *out_len = bytes.len() as u32;
    if bytes.len() > capacity {
        return OUT_OF_MEMORY;
    }
    out.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
    OK
}

/// The characters of the first `"output": "…"`, escapes left as they are: they change no count of words but for `\n` and `\t`.
fn find_output(text: &str) -> Option<String> {
    let rest = &text[text.find(r#""output""#)? + 8..];
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let mut answer = String::new();
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return Some(answer),
            '\\' => match characters.next()? {
                'n' | 't' | 'r' => answer.push(' '),
                other => answer.push(other),
            },
            other => answer.push(other),
        }
    }
}
