use testbench::{Failure, Json, Plugin};

struct Probe {
    numbers: Vec<i32>,
}

#[inline(never)]
fn divide(a: i32, b: i32) -> i32 {
    (a + 1) / b // at: divide
}

#[inline(never)]
fn outside(address: usize) {
    unsafe { *(address as *mut i32) = 7 } // at: bounds
}

#[inline(never)]
fn third(numbers: &[i32], index: usize) -> i32 {
    numbers[index] // at: unreachable
}

#[inline(never)]
#[allow(unconditional_recursion)]
fn deeper(depth: i32, above: &mut [i32; 4]) -> i32 {
    let mut room = [depth; 4];
    let below = deeper(depth + 1, &mut room); // at: stack
    above[(below & 3) as usize] = room[(depth & 3) as usize];
    below + 1
}

fn turns(start: u32) -> u32 {
    let mut value = start;
    while value != 0 { value = (value ^ 0x5555) << 1 | 1; } // at: fuel
    value
}

impl Plugin for Probe {
    const METADATA: &'static str = r#"{
        "name": "probe-rust", "version": "1.0.0", "plugin_type": "custom", "api_version": "1.0.0"
    }"#;

    fn start(_config: &Json) -> Result<Self, Failure> {
        Ok(Probe { numbers: vec![0; 4] })
    }

    fn execute(&mut self, data: &Json) -> Result<Json, Failure> {
        let what = data.text();
        let length = what.len();
        let value = match what.as_str() {
            "bounds" => {
                outside(0x7fff_fff0); // at: bounds-caller
                0
            }
            "divide" => divide(length as i32, self.numbers[0]),
            "unreachable" => third(&self.numbers, length),
            "stack" => deeper(1, &mut [0; 4]),
            "fuel" => turns(length as u32) as i32,
            _ => 0,
        };
        Ok(Json::from(value as f64))
    }
}

testbench::export!(Probe);
