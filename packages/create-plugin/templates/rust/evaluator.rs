use testbench::{Failure, Json, Plugin};

struct {{CLASS}};

impl Plugin for {{CLASS}} {
    const METADATA: &'static str = r#"{
        "name": "{{NAME}}",
        "version": "0.1.0",
        "description": "{{DESCRIPTION}}",
        "author": "",
        "plugin_type": "evaluator",
        "capabilities": ["text_evaluation"],
        "api_version": "1.0.0"
    }"#;

    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok({{CLASS}})
    }

    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        let answer = data.get("output").text();
        let keywords = match data.get("expected") {
            Json::Array(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        let found = keywords.iter().filter(|keyword| answer.contains(&keyword.text())).count() as u32;
        let score = f64::from(found) / keywords.len().max(1) as f64;
        Ok(Json::object([
            ("score", Json::from(score)),
            ("metrics", Json::object([("found", Json::from(found))])),
        ]))
    }
}

testbench::export!({{CLASS}});
