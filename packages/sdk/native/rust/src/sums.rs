use crate::{Failure, Json};

/// Sums of metrics over the results of a set, as the host has added them up: exactly, whatever their order.
#[derive(Clone, Copy, Debug)]
pub struct Sums<'a>(&'a Json);

impl<'a> Sums<'a> {
    /// The sums in the data of a call; `None` if it is not an aggregate call, whose data have nothing but the sums and their number.
    pub fn of(data: &'a Json) -> Option<Self> {
        let two = matches!(data, Json::Object(entries) if entries.len() == 2);
        let sums = matches!(data.get("aggregate"), Json::Object(_));
        (two && sums && data.get("n").as_f64().is_some()).then(|| Sums(data))
    }

    /// The data of the call as they came.
    pub fn data(&self) -> &'a Json {
        self.0
    }

    /// All sums, by name of the metric.
    pub fn all(&self) -> &'a Json {
        self.0.get("aggregate")
    }

    /// Number of results that were added up, at least 1.
    pub fn n(&self) -> f64 {
        self.0.get("n").as_f64().unwrap_or(0.0)
    }

    /// The sum of a metric; a failure if no result of the set had it.
    pub fn get(&self, metric: &str) -> Result<f64, Failure> {
        let missing = || Failure::invalid_input(format!("the sum of a metric is missing: {metric}"));
        self.all().get(metric).as_f64().ok_or_else(missing)
    }
}
