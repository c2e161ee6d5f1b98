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
        let keywords: Vec<String> = match data.get("expected") {
            Json::Null => Vec::new(),
            Json::Array(items) => items.iter().map(Json::text).collect(),
            single => vec![single.text()],
        };
        if !data.has("output") || keywords.is_empty() {
            return Err(Failure::invalid_input("expected the fields \"output\" and \"expected\""));
        }
        let found = keywords.iter().filter(|keyword| !keyword.is_empty() && answer.contains(keyword.as_str())).count();
        let found = found as u32;
        let score = f64::from(found) / keywords.len() as f64;
        Ok(Json::object([
            ("score", Json::from(score)),
            ("metrics", Json::object([("found", Json::from(found))])),
        ]))
    }
}

testbench::export!({{CLASS}});
