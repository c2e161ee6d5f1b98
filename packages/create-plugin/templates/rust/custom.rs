use testbench::{Failure, Json, Plugin};

struct {{CLASS}};

impl Plugin for {{CLASS}} {
    const METADATA: &'static str = r#"{
        "name": "{{NAME}}",
        "version": "0.1.0",
        "description": "{{DESCRIPTION}}",
        "author": "",
        "plugin_type": "custom",
        "capabilities": [],
        "api_version": "1.0.0"
    }"#;

    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok({{CLASS}})
    }

    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        let text = data.get("text").as_str();
        let text = text.ok_or_else(|| Failure::invalid_input("expected a text in the field \"text\""))?;
        let words = text.split_whitespace().count() as u32;
        Ok(Json::object([("words", Json::from(words))]))
    }
}

testbench::export!({{CLASS}});
