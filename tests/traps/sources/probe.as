import { Custom, Json, JsonWriter, plugin } from "@testbench/plugins-sdk";

@plugin({ name: "probe-as" })
export class Probe extends Custom {
  private numbers: StaticArray<i32> = new StaticArray<i32>(4);

  run(data: Json, out: JsonWriter): void {
    const what = data.text();
    if (what == "bounds") outside(1 << 30); // at: bounds-caller
    else if (what == "divide") out.number(<f64>divide(what.length, this.numbers[0]));
    else if (what == "unreachable") never(what);
    else if (what == "abort") this.numbers[what.length + 1000000] = 1; // at: abort
    else if (what == "stack") out.number(<f64>deeper(1));
    else if (what == "fuel") out.number(<f64>turns(what.length));
    else if (what == "memory") out.number(<f64>grow());
    else out.null();
  }
}

// @ts-ignore: decorator
@inline
function outside(address: usize): void {
  store<i32>(address, 7); // at: bounds
}

function divide(a: i32, b: i32): i32 {
  return (a + 1) / b; // at: divide
}

function never(text: string): void {
  if (text.length > 3) unreachable(); // at: unreachable
}

function deeper(depth: i32): i32 {
  return deeper(depth + 1) + depth; // at: stack
}

function turns(start: i32): i32 {
  let value = start;
  while (value != 0) value = value * 3 + 1 | 1; // at: fuel
  return value;
}

function grow(): i32 {
  let length = 0;
  for (let count = 0; count < 1000; count++) {
    length += new Uint8Array(1 << 20).length; // at: memory
  }
  return length;
}
