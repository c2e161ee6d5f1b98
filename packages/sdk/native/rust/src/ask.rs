//! Asking, in place of giving a result: the host finds out, and calls the plugin again with the answers. Nothing is held meanwhile.
//!
//! The metadata say `"asking": true`. `execute` asks, and what it returns is dropped; `finish` makes the result of the answers, or asks again. A call has
//! at most 8 rounds of at most 16 asks.
//!
//! ```
//! use testbench::{ask, ask::Answer, Failure, Json, Plugin};
//!
//! struct Grader;
//!
//! impl Plugin for Grader {
//!     const METADATA: &'static str = r#"{
//!         "name": "grader", "version": "1.0.0", "plugin_type": "evaluator", "api_version": "1.0.0",
//!         "capabilities": ["network"], "asking": true
//!     }"#;
//!
//!     fn start(_config: &Json) -> Result<Self, Failure> {
//!         Ok(Grader)
//!     }
//!
//!     fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
//!         ask::request(Json::object([
//!             ("method", Json::from("POST")),
//!             ("url", Json::from("https://api.example.com/grade")),
//!             ("body", data.get("output").clone()),
//!         ]));
//!         Ok(Json::Null)
//!     }
//!
//!     fn finish(&mut self, _data: &Json, answers: &[Answer]) -> Result<Json, Failure> {
//!         let grade = answers[0].json()?;
//!         Ok(Json::object([("score", grade.get("score").clone())]))
//!     }
//! }
//! ```

use std::cell::RefCell;

use crate::{Failure, Json};

struct Pending {
    asks: Vec<Json>,
    state: Json,
    kept: Json,
}

thread_local! {
    static PENDING: RefCell<Pending> = RefCell::new(Pending { asks: Vec::new(), state: Json::Null, kept: Json::Null });
}

/// Asks a server: `method`, `url`, `headers`, `body` or `body_base64`, `timeout_ms`, as `http::send` takes them.
pub fn request(request: Json) {
    PENDING.with(|pending| pending.borrow_mut().asks.push(request));
}

/// Asks a provider that the host knows by this name for a completion: `model`, and `prompt` or `messages`.
pub fn complete(provider: &str, data: Json) {
    request(Json::object([("provider", Json::from(provider)), ("complete", data)]));
}

/// Asks a provider that the host knows by this name for embeddings: the answer's output then has `embeddings`, one list of numbers for each text, in their order.
/// At most 64 texts.
pub fn embed<'a>(provider: &str, model: &str, texts: impl IntoIterator<Item = &'a str>) {
    let input = Json::Array(texts.into_iter().map(Json::from).collect());
    let embed = Json::object([("model", Json::from(model)), ("input", input)]);
    request(Json::object([("provider", Json::from(provider)), ("embed", embed)]));
}

/// Keeps a value until the answers are there, at most 256 KiB; [`kept`] gives it back.
pub fn keep(value: Json) {
    PENDING.with(|pending| pending.borrow_mut().state = value);
}

/// What [`keep`] was given in the round before; `Null` in the first one.
pub fn kept() -> Json {
    PENDING.with(|pending| pending.borrow().kept.clone())
}

/// What the host found out for one ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer(Json);

impl Answer {
    /// As in HTTP; 0 if there is no answer of a server.
    pub fn status(&self) -> u32 {
        self.0.get("status").as_f64().unwrap_or(0.0) as u32
    }

    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.get("headers").get(name).as_str()
    }

    /// The body; fails if there is no answer, or one that is not UTF-8.
    pub fn text(&self) -> Result<&str, Failure> {
        self.checked()?;
        self.0.get("body").as_str().ok_or_else(|| Failure::new("the answer is not UTF-8"))
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Json, Failure> {
        Json::parse(self.text()?).map_err(|_| Failure::new("the answer is not JSON"))
    }

    /// What a provider gave.
    pub fn output(&self) -> Result<&Json, Failure> {
        self.checked()?;
        Ok(self.0.get("output"))
    }

    /// Why there is no answer: `code`, `message`, and where they are known `retryable` and `retry_after_ms`.
    pub fn error(&self) -> Option<&Json> {
        match self.0.get("error") {
            Json::Null => None,
            error => Some(error),
        }
    }

    fn checked(&self) -> Result<(), Failure> {
        let error = match self.error() {
            None => return Ok(()),
            Some(error) => error,
        };
        let message = format!("asking: {} ({})", error.get("message").text(), error.get("code").text());
        match error.get("retryable").as_bool() {
            Some(true) => Err(Failure::retryable(message, error.get("retry_after_ms").as_f64().map(|ms| ms as u32))),
            _ => Err(Failure::new(message)),
        }
    }
}

/// Begins a round: forgets what was asked before.
pub(crate) fn begin(envelope: &Json) -> Option<Vec<Answer>> {
    PENDING.with(|pending| {
        let mut pending = pending.borrow_mut();
        pending.asks.clear();
        pending.state = Json::Null;
        pending.kept = envelope.get("continue").clone();
    });
    match envelope.get("answers") {
        Json::Array(answers) => Some(answers.iter().cloned().map(Answer).collect()),
        _ => None,
    }
}

/// The output of a round that asked.
pub(crate) fn take() -> Option<Json> {
    PENDING.with(|pending| {
        let mut pending = pending.borrow_mut();
        if pending.asks.is_empty() {
            return None;
        }
        let asks = std::mem::take(&mut pending.asks);
        let state = std::mem::replace(&mut pending.state, Json::Null);
        Some(Json::object([("ask", Json::Array(asks)), ("continue", state)]))
    })
}
