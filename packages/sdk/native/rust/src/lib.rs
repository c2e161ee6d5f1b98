//! Testbench plugins in Rust: the contract's exports, JSON in and out, and the host's functions. It has no dependencies.
//!
//! ```
//! use testbench::{Failure, Json, Plugin};
//!
//! struct Same;
//!
//! impl Plugin for Same {
//!     const METADATA: &'static str = r#"{
//!         "name": "same", "version": "1.0.0", "plugin_type": "evaluator", "api_version": "1.0.0"
//!     }"#;
//!
//!     fn start(_config: &Json) -> Result<Self, Failure> {
//!         Ok(Same)
//!     }
//!
//!     fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
//!         let same = data.get("output") == data.get("expected");
//!         Ok(Json::object([("score", Json::from(if same { 1.0 } else { 0.0 }))]))
//!     }
//! }
//!
//! testbench::export!(Same);
//! ```

pub mod ask;
mod contract;
pub mod host;
pub mod http;
mod json;
mod parse;
mod sums;

#[doc(hidden)]
pub use contract::PluginCell;
pub use json::Json;
pub use sums::Sums;

/// What a call fails with. The host gets the code and the message.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Below 0; -2 is for an input that makes no sense.
    pub code: i32,
    pub message: String,
    /// An object for the caller; the host reads `retryable` and `retry_after_ms` itself.
    pub details: Option<Json>,
}

impl Failure {
    /// A failure with the code -1.
    pub fn new(message: impl Into<String>) -> Self {
        Failure { code: -1, message: message.into(), details: None }
    }

    /// The caller asked for something that makes no sense.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Failure { code: -2, message: message.into(), details: None }
    }

    /// A failure that may not come again when the same call is made again, after so many milliseconds if that is known.
    ///
    /// ```
    /// use testbench::Failure;
    ///
    /// let busy = Failure::retryable("the server is busy", Some(20_000));
    /// assert_eq!(busy.details.unwrap().to_string(), r#"{"retryable":true,"retry_after_ms":20000}"#);
    /// ```
    pub fn retryable(message: impl Into<String>, retry_after_ms: Option<u32>) -> Self {
        let details = match retry_after_ms {
            None => Json::object([("retryable", Json::from(true))]),
            Some(rest) => Json::object([("retryable", Json::from(true)), ("retry_after_ms", Json::from(rest))]),
        };
        Failure::new(message).with_details(details)
    }

    /// The same with a code of the plugin's own, below 0.
    pub fn with_code(self, code: i32) -> Self {
        Failure { code, ..self }
    }

    /// The same with details, an object.
    pub fn with_details(self, details: Json) -> Self {
        Failure { details: Some(details), ..self }
    }
}

/// A plugin: made once from its configuration, then called for each input.
pub trait Plugin: Sized {
    /// What the plugin is, as JSON: the contract's metadata.
    const METADATA: &'static str;

    /// Takes the configuration, an object that is empty if there is none.
    fn start(config: &Json) -> Result<Self, Failure>;

    /// Turns the data of one call into the data of its output.
    fn execute(&mut self, data: &Json) -> Result<Json, Failure>;

    /// Makes the result of the answers to what `execute` asked, in the order of the asks. What it returns is dropped if it asks again.
    fn finish(&mut self, _data: &Json, _answers: &[ask::Answer]) -> Result<Json, Failure> {
        Err(Failure::new("the plugin asks, and does nothing with the answers"))
    }

    /// Turns sums of the metrics of many results into the score of them all. Only evaluators are asked whose metadata say
    /// `"aggregate": "sums"`.
    ///
    /// ```
    /// use testbench::{Failure, Json, Sums};
    ///
    /// fn aggregate(sums: &Sums) -> Result<Json, Failure> {
    ///     Ok(Json::object([("score", Json::from(sums.get("right")? / sums.n()))]))
    /// }
    ///
    /// let call = Json::parse(r#"{"aggregate":{"right":3},"n":4}"#)?;
    /// assert_eq!(aggregate(&Sums::of(&call).unwrap())?.to_string(), r#"{"score":0.75}"#);
    /// assert!(Sums::of(&Json::parse(r#"{"output":"a","n":4}"#)?).is_none());
    /// # Ok::<(), Failure>(())
    /// ```
    fn aggregate(&mut self, sums: &Sums) -> Result<Json, Failure> {
        // Without a function of its own the call is one as any other.
        self.execute(sums.data())
    }
}

/// Writes the contract's exports for a [`Plugin`].
#[macro_export]
macro_rules! export {
    ($plugin:ty) => {
        static PLUGIN: $crate::PluginCell<$plugin> = $crate::PluginCell::new();

        #[no_mangle]
        pub extern "C" fn plugin_alloc(size: u32) -> u32 {
            PLUGIN.alloc(size)
        }

        #[no_mangle]
        pub extern "C" fn plugin_free(ptr: u32, size: u32) {
            PLUGIN.free(ptr, size)
        }

        #[no_mangle]
        pub extern "C" fn plugin_metadata() -> i64 {
            PLUGIN.metadata()
        }

        #[no_mangle]
        pub extern "C" fn plugin_init(ptr: u32, len: u32) -> i32 {
            PLUGIN.init(ptr, len)
        }

        #[no_mangle]
        pub extern "C" fn plugin_execute(ptr: u32, len: u32) -> i64 {
            PLUGIN.execute(ptr, len)
        }

        #[no_mangle]
        pub extern "C" fn plugin_execute_batch(ptr: u32, len: u32) -> i64 {
            PLUGIN.execute_batch(ptr, len)
        }

        #[no_mangle]
        pub extern "C" fn plugin_shutdown() -> i32 {
            PLUGIN.shutdown()
        }
    };
}
