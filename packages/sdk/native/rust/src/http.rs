//! Requests over HTTP, to hosts that the plugin was granted.
//!
//! ```no_run
//! use testbench::{http, Json};
//!
//! # fn ask() -> Result<String, testbench::Failure> {
//! let request = Json::object([
//!     ("method", Json::from("POST")),
//!     ("url", Json::from("https://api.example.com/v1/chat")),
//!     ("headers", Json::object([("content-type", Json::from("application/json"))])),
//!     ("body", Json::from(r#"{"prompt":"Hello"}"#)),
//! ]);
//! let answer = http::send(&request)?;
//! if answer.status != 200 {
//!     return Err(testbench::Failure::new(format!("the server answers {}", answer.status)));
//! }
//! answer.text()
//! # }
//! ```

use crate::host::raw;
use crate::{Failure, Json};

/// Longest head that is read: status, address and headers as JSON.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// An answer whose body is still to be read; it is closed when it is dropped.
pub struct Response {
    handle: i32,
    pub status: u32,
    /// Names in lower case.
    pub headers: Json,
}

/// Sends a request: `method`, `url`, `headers`, `body` or `body_base64`, `timeout_ms`. Waits for the head of the answer.
pub fn send(request: &Json) -> Result<Response, Failure> {
    let request = request.to_string();
    let handle = checked("open", unsafe { raw::host_http_open(request.as_ptr(), request.len()) })?;
    let mut response = Response { handle: handle as i32, status: 0, headers: Json::Null };
    let mut head = vec![0; MAX_HEAD_BYTES];
    let length = checked("head", unsafe { raw::host_http_head(response.handle, head.as_mut_ptr(), head.len()) })?;
    head.truncate(length);
    let head = String::from_utf8(head).ok().and_then(|text| Json::parse(&text).ok());
    let head = head.ok_or_else(|| Failure::new("the head of the answer is too long"))?;
    response.status = head.get("status").as_f64().unwrap_or(0.0) as u32;
    response.headers = head.get("headers").clone();
    Ok(response)
}

impl Response {
    /// Fills a part of the buffer with what has come, and waits if nothing has; 0 at the end.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Failure> {
        checked("read", unsafe { raw::host_http_read(self.handle, buffer.as_mut_ptr(), buffer.len()) })
    }

    /// The rest of the body.
    pub fn bytes(mut self) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let mut buffer = vec![0; 16 * 1024];
        loop {
            match self.read(&mut buffer)? {
                0 => return Ok(bytes),
                length => bytes.extend_from_slice(&buffer[..length]),
            }
        }
    }

    /// The rest of the body as text.
    pub fn text(self) -> Result<String, Failure> {
        String::from_utf8(self.bytes()?).map_err(|_| Failure::new("the answer is not UTF-8"))
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        unsafe { raw::host_http_close(self.handle) };
    }
}

/// The host's log says more: a plugin learns only the kind of failure.
fn checked(what: &str, code: i32) -> Result<usize, Failure> {
    usize::try_from(code).map_err(|_| {
        let reason = match code {
            -3 => "it is not granted",
            -4 => "a limit is exceeded",
            -6 => "the call is over",
            _ => "it failed",
        };
        let message = format!("HTTP {what}: {reason} ({code})");
        match code {
            // No connection, or it broke: another one may hold.
            -5 => Failure::retryable(message, None),
            _ => Failure::new(message),
        }
    })
}
