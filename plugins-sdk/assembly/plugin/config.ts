import { Json } from "../json/json";
import { cannotRead, hasFailed, wrongKind } from "./failure";

const CONFIGURATION: string = "the configuration";

/**
 * Reads a plugin's configuration; the compiler transform writes the calls, one for each field of the
 * author's class. What is wrong fails `plugin_init` with the field's name.
 */
@final
export class ConfigReader {
  constructor(private json: Json) {
    if (json.exists && !json.isObject) {
      wrongKind(CONFIGURATION, "an object", json.kindName);
    }
  }

  /** Refuses any key: there are no settings. */
  none(): void {
    if (this.json.rawLength > 0) {
      refuse('unknown key "' + this.json.rawKeyAt(0) + '"; there are none');
    }
  }

  /** Refuses keys that are not in `known`. */
  only(known: string[]): void {
    for (let position = 0; position * 2 < this.json.rawLength; position++) {
      const key = this.json.rawKeyAt(position);
      if (!known.includes(key)) {
        refuse('unknown key "' + key + '"; known keys: ' + known.join(", "));
      }
    }
  }

  string(key: string, fallback: string): string {
    const value = this.json.get(key);
    if (!value.exists) return fallback;
    return value.isString ? value.text() : this.wrong<string>(key, "a string", value, fallback);
  }

  oneOf(key: string, choices: string[], fallback: string): string {
    const value = this.json.get(key);
    if (!value.exists) return fallback;
    const text = value.text();
    if (value.isString && choices.includes(text)) return text;
    return this.wrong<string>(key, "one of " + choices.join(", "), value, fallback);
  }

  boolean(key: string, fallback: bool): bool {
    const value = this.json.get(key);
    if (!value.exists) return fallback;
    return value.isBoolean ? value.boolean() : this.wrong<bool>(key, "true or false", value, fallback);
  }

  number(key: string, fallback: f64, least: f64, most: f64): f64 {
    const value = this.json.get(key);
    if (!value.exists) return fallback;
    const number = value.number();
    if (number >= least && number <= most) return number;
    return this.wrong<f64>(key, "a number" + rangeText(least, most), value, fallback);
  }

  integer(key: string, fallback: i32, least: f64, most: f64): i32 {
    const value = this.json.get(key);
    if (!value.exists) return fallback;
    const number = value.number();
    const fits = number >= max(least, <f64>i32.MIN_VALUE) && number <= min(most, <f64>i32.MAX_VALUE);
    if (fits && trunc(number) == number) return <i32>number;
    return this.wrong<i32>(key, "a whole number" + rangeText(least, most), value, fallback);
  }

  strings(key: string, fallback: string[]): string[] {
    const value = this.json.get(key);
    if (!value.exists) return fallback;
    let right = value.isArray;
    for (let index = 0; right && index < value.rawLength; index++) right = value.item(index).isString;
    return right ? value.texts() : this.wrong<string[]>(key, "a list of strings", value, fallback);
  }

  numbers(key: string, fallback: f64[]): f64[] {
    const value = this.json.get(key);
    if (!value.exists) return fallback;
    let right = value.isArray;
    for (let index = 0; right && index < value.rawLength; index++) right = value.item(index).isNumber;
    if (!right) return this.wrong<f64[]>(key, "a list of numbers", value, fallback);
    const numbers = new Array<f64>(value.rawLength);
    for (let index = 0; index < numbers.length; index++) numbers[index] = value.item(index).number();
    return numbers;
  }

  /** Any JSON value. */
  any(key: string): Json {
    return this.json.get(key);
  }

  private wrong<T>(key: string, expected: string, value: Json, fallback: T): T {
    if (hasFailed()) return fallback;
    const found = value.isString || value.isNumber || value.isBoolean ? value.source() : value.kindName;
    refuse('"' + key + '" is ' + found + ", expected " + expected);
    return fallback;
  }
}

function refuse(problem: string): void {
  cannotRead(CONFIGURATION, problem);
}

function rangeText(least: f64, most: f64): string {
  if (isFinite(least) && isFinite(most)) return " from " + short(least) + " to " + short(most);
  if (isFinite(least)) return " from " + short(least);
  return isFinite(most) ? " up to " + short(most) : "";
}

function short(value: f64): string {
  return trunc(value) == value ? (<i64>value).toString() : value.toString();
}
