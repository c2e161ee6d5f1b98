use testbench::{Failure, Json, Plugin};

struct {{CLASS}};

impl Plugin for {{CLASS}} {
    const METADATA: &'static str = r#"{
        "name": "{{NAME}}",
        "version": "0.1.0",
        "description": "{{DESCRIPTION}}",
        "author": "",
        "plugin_type": "filter",
        "capabilities": ["result_filter"],
        "api_version": "1.0.0"
    }"#;

    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok({{CLASS}})
    }

    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        let items = match data.get("items") {
            Json::Array(items) => items,
            _ => return Err(Failure::invalid_input("expected a list \"items\"")),
        };
        let mut kept = Vec::new();
        let mut dropped = Vec::new();
        for (index, item) in items.iter().enumerate() {
            // A benchmark has the answer in "output".
            let field = if item.has("text") { "text" } else { "output" };
            if item.get(field).text().is_empty() {
                dropped.push(Json::object([("index", Json::from(index as u32)), ("reason", Json::from("no text"))]));
            } else {
                kept.push(item.clone());
            }
        }
        Ok(Json::object([("items", Json::from(kept)), ("dropped", Json::from(dropped))]))
    }
}

testbench::export!({{CLASS}});
