//! The contract's exports, as `export!` calls them.

use std::alloc::{alloc, dealloc, Layout};
use std::cell::UnsafeCell;

use crate::{ask, host, Failure, Json, Plugin, Sums};

/// The one instance of a plugin, between its start and its shutdown.
#[doc(hidden)]
pub struct PluginCell<P>(UnsafeCell<Option<P>>);

// A module has one thread, and the host never calls it while a call runs.
unsafe impl<P> Sync for PluginCell<P> {}

/// Layout of a block that crosses the boundary. The contract asks for no alignment; 8 suits every reader.
fn layout(size: u32) -> Option<Layout> {
    // A block of no bytes still needs an address of its own.
    Layout::from_size_align(size.max(1) as usize, 8).ok()
}

/// Hands a text over: the host copies it, and gives the block back through `plugin_free`.
fn hand_over(text: &str) -> i64 {
    let ptr = layout(text.len() as u32).map_or(std::ptr::null_mut(), |layout| unsafe { alloc(layout) });
    if ptr.is_null() {
        return -4;
    }
    unsafe { ptr.copy_from_nonoverlapping(text.as_ptr(), text.len()) };
    ((ptr as usize as i64) << 32) | text.len() as i64
}

/// What the host wrote, as JSON.
fn read(ptr: u32, len: u32) -> Result<Json, Failure> {
    let bytes: &[u8] =
        if len == 0 { &[] } else { unsafe { std::slice::from_raw_parts(ptr as usize as *const u8, len as usize) } };
    let text = std::str::from_utf8(bytes).map_err(|_| Failure::invalid_input("the input is not UTF-8"))?;
    Json::parse(text)
}

fn report(failure: Failure) -> i32 {
    let code = if failure.code < 0 { failure.code } else { -1 };
    match failure.details {
        None => host::error(&failure.message),
        Some(_) => host::error(&described(Failure { code, ..failure }).to_string()),
    }
    code
}

fn described(failure: Failure) -> Json {
    let code = ("code", Json::from(failure.code));
    let message = ("message", Json::from(failure.message));
    match failure.details {
        None => Json::object([code, message]),
        Some(details) => Json::object([code, message, ("details", details)]),
    }
}

impl<P: Plugin> PluginCell<P> {
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        PluginCell(UnsafeCell::new(None))
    }

    #[allow(clippy::mut_from_ref)]
    fn plugin(&self) -> &mut Option<P> {
        unsafe { &mut *self.0.get() }
    }

    pub fn alloc(&self, size: u32) -> u32 {
        match layout(size) {
            Some(layout) => unsafe { alloc(layout) as usize as u32 },
            None => 0,
        }
    }

    pub fn free(&self, ptr: u32, size: u32) {
        if let (true, Some(layout)) = (ptr != 0, layout(size)) {
            unsafe { dealloc(ptr as usize as *mut u8, layout) }
        }
    }

    pub fn metadata(&self) -> i64 {
        hand_over(P::METADATA)
    }

    pub fn init(&self, ptr: u32, len: u32) -> i32 {
        // The message of a panic reaches the host before the trap that ends the call.
        std::panic::set_hook(Box::new(|panic| host::error(&panic.to_string())));
        let started = read(ptr, len).and_then(|config| match config {
            Json::Object(_) => P::start(&config),
            _ => Err(Failure::invalid_input("the configuration is not an object")),
        });
        match started {
            Ok(plugin) => {
                *self.plugin() = Some(plugin);
                0
            }
            Err(failure) => report(failure),
        }
    }

    pub fn execute(&self, ptr: u32, len: u32) -> i64 {
        match read(ptr, len).and_then(|envelope| self.run(&envelope)) {
            Ok(output) => hand_over(&output.to_string()),
            Err(failure) => report(failure).into(),
        }
    }

    /// A failed entry becomes `{"error": …}`; the others go on.
    pub fn execute_batch(&self, ptr: u32, len: u32) -> i64 {
        let batch = read(ptr, len).and_then(|envelopes| match envelopes {
            Json::Array(_) => Ok(envelopes),
            _ => Err(Failure::invalid_input("a batch is a list")),
        });
        match batch {
            Ok(envelopes) => {
                let outputs = envelopes.items().iter().map(|envelope| self.run(envelope).unwrap_or_else(entry));
                hand_over(&Json::Array(outputs.collect()).to_string())
            }
            Err(failure) => report(failure).into(),
        }
    }

    pub fn shutdown(&self) -> i32 {
        *self.plugin() = None;
        0
    }

    fn run(&self, envelope: &Json) -> Result<Json, Failure> {
        let plugin = self.plugin().as_mut().ok_or_else(|| Failure::new("the plugin was not started"))?;
        if !envelope.has("data") {
            return Err(Failure::invalid_input("the input has no field \"data\""));
        }
        let data = envelope.get("data");
        let answers = ask::begin(envelope);
        let output = match (answers, Sums::of(data)) {
            (Some(answers), _) => plugin.finish(data, &answers)?,
            (None, Some(sums)) => plugin.aggregate(&sums)?,
            (None, None) => plugin.execute(data)?,
        };
        if let Some(asks) = ask::take() {
            return Ok(asks);
        }
        Ok(Json::object([("data", output)]))
    }
}

fn entry(failure: Failure) -> Json {
    Json::object([("error", described(failure))])
}
