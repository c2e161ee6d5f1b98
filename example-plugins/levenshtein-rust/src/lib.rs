use testbench::{Failure, Json, Plugin};

struct Levenshtein;

impl Plugin for Levenshtein {
    const METADATA: &'static str = r#"{
        "name": "levenshtein-rust",
        "version": "1.0.0",
        "description": "Measures how few edits turn the answer into the right one",
        "author": "Testbench contributors",
        "license": "Apache-2.0",
        "plugin_type": "evaluator",
        "capabilities": ["text_evaluation"],
        "api_version": "1.0.0"
    }"#;

    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok(Levenshtein)
    }

    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        for field in ["output", "expected"] {
            if matches!(data.get(field), Json::Null) {
                return Err(Failure::invalid_input(format!("field \"{field}\" is missing")));
            }
        }
        let output = points(data.get("output"));
        let references = match data.get("expected") {
            Json::Array(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        if references.iter().any(|reference| matches!(reference, Json::Null)) {
            return Err(Failure::invalid_input("an item of field \"expected\" is null"));
        }
        let mut best: Option<(f64, u32)> = None;
        for reference in references {
            let expected = points(reference);
            let edits = distance(&output, &expected);
            let length = output.len().max(expected.len());
            let score = if length == 0 { 1.0 } else { 1.0 - f64::from(edits) / length as f64 };
            if best.map_or(true, |(highest, _)| score > highest) {
                best = Some((score, edits));
            }
        }
        let (score, edits) = best.ok_or_else(|| Failure::invalid_input("field \"expected\" is empty"))?;
        Ok(Json::object([
            ("score", Json::from(score)),
            ("metrics", Json::object([("distance", Json::from(edits))])),
        ]))
    }
}

/// The code points of a text.
fn points(value: &Json) -> Vec<char> {
    value.text().chars().collect()
}

/// Fewest insertions, deletions and substitutions: one row of the table, the cell above-left in `diagonal`.
fn distance(a: &[char], b: &[char]) -> u32 {
    let mut row: Vec<u32> = (0..=b.len() as u32).collect();
    for (line, left) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line as u32 + 1);
        for (column, right) in b.iter().enumerate() {
            let substituted = diagonal + u32::from(left != right);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}

testbench::export!(Levenshtein);
