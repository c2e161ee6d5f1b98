use std::collections::HashMap;

use testbench::{Failure, Json, Plugin};

/// Levenshtein distance over code points, and F1 over words between white space.
struct Compared;

impl Plugin for Compared {
    const METADATA: &'static str = r#"{
        "name": "compared",
        "version": "1.0.0",
        "plugin_type": "evaluator",
        "capabilities": ["text_evaluation"],
        "api_version": "1.0.0"
    }"#;

    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok(Compared)
    }

    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        let output = data.get("output").text();
        let expected = data.get("expected").text();
        let edits = distance(&points(&output), &points(&expected));
        Ok(Json::object([
            ("score", Json::from(f1(&words(&output), &words(&expected)))),
            ("metrics", Json::object([("distance", Json::from(edits))])),
        ]))
    }
}

fn points(text: &str) -> Vec<char> {
    text.chars().collect()
}

fn distance(a: &[char], b: &[char]) -> u32 {
    let mut row: Vec<u32> = (0..=b.len() as u32).collect();
    for (line, left) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line as u32 + 1);
        for (column, right) in b.iter().enumerate() {
            let changed = diagonal + u32::from(left != right);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}

fn words(text: &str) -> Vec<&str> {
    let is_space = |letter: char| letter == ' ' || ('\t'..='\r').contains(&letter);
    text.split(is_space).filter(|word| !word.is_empty()).collect()
}

fn f1(output: &[&str], expected: &[&str]) -> f64 {
    let all = output.len() + expected.len();
    if all == 0 {
        return 1.0;
    }
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for word in expected {
        *counts.entry(word).or_default() += 1;
    }
    let mut common = 0;
    for word in output {
        if let Some(left) = counts.get_mut(word).filter(|left| **left > 0) {
            *left -= 1;
            common += 1;
        }
    }
    2.0 * f64::from(common) / all as f64
}

testbench::export!(Compared);
