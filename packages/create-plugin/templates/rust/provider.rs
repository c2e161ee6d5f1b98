use testbench::{Failure, Json, Plugin};

struct {{CLASS}};

impl Plugin for {{CLASS}} {
    const METADATA: &'static str = r#"{
        "name": "{{NAME}}",
        "version": "0.1.0",
        "description": "{{DESCRIPTION}}",
        "author": "",
        "plugin_type": "provider",
        "capabilities": [],
        "api_version": "1.0.0"
    }"#;

    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok({{CLASS}})
    }

    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        let prompt = match data.get("messages").items().last() {
            Some(message) => message.get("content"),
            None => data.get("prompt"),
        };
        match (data.get("model").as_str(), prompt.as_str()) {
            (Some(model), Some(prompt)) => Ok(Json::object([
                ("text", Json::from(prompt)),
                ("model", Json::from(model)),
                ("finish_reason", Json::from("stop")),
            ])),
            _ => Err(Failure::invalid_input("expected the texts \"model\" and \"prompt\"")),
        }
    }
}

testbench::export!({{CLASS}});
