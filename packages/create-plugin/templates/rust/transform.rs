use testbench::{Failure, Json, Plugin};

struct {{CLASS}};

impl Plugin for {{CLASS}} {
    const METADATA: &'static str = r#"{
        "name": "{{NAME}}",
        "version": "0.1.0",
        "description": "{{DESCRIPTION}}",
        "author": "",
        "plugin_type": "transform",
        "capabilities": ["data_transform"],
        "api_version": "1.0.0"
    }"#;

    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok({{CLASS}})
    }

    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        // A benchmark hands over an object with the answer as "text".
        let text = data
            .as_str()
            .or_else(|| data.get("text").as_str())
            .ok_or_else(|| Failure::invalid_input("expected a text, or an object with a \"text\""))?;
        Ok(Json::from(text.lines().next().unwrap_or("")))
    }
}

testbench::export!({{CLASS}});
