import { countCodePoints, fail, Json, JsonWriter, Regex } from "@testbench/plugins-sdk";

import { resolve } from "./check-schema";
import { equals } from "./equals";

/** Schemas within schemas; a reference that leads to itself goes on for ever. */
const MAX_DEPTH: i32 = 200;
/** Characters of the schema that a message quotes. */
const MAX_QUOTED: i32 = 100;

/** Checks values against a JSON Schema of draft 2020-12. */
@final
export class Validator {
  /** What is wrong, each with the place in the value. */
  errors: string[] = [];
  private depth: i32 = 0;

  constructor(private root: Json, private regexes: Map<string, Regex>) {}

  /** True if the value is valid; adds to `errors` if it is not. */
  check(schema: Json, value: Json, path: string): bool {
    if (schema.isBoolean) return schema.boolean() || this.wrong(path, "is not allowed");
    if (++this.depth > MAX_DEPTH) {
      fail("Cannot check: more than " + MAX_DEPTH.toString() + " schemas within each other");
      return false;
    }
    const before = this.errors.length;
    const reference = schema.get("$ref");
    if (reference.exists) this.check(resolve(this.root, reference.text()), value, path);
    this.checkType(schema, value, path);
    if (value.isNumber) this.checkNumber(schema, value.number(), path);
    else if (value.isString) this.checkString(schema, value.text(), path);
    else if (value.isArray) this.checkList(schema, value, path);
    else if (value.isObject) this.checkObject(schema, value, path);
    this.checkCombinations(schema, value, path);
    this.depth--;
    return this.errors.length == before;
  }

  /** As `check`, but what is wrong is not kept. */
  private passes(schema: Json, value: Json, path: string): bool {
    const before = this.errors.length;
    const valid = this.check(schema, value, path);
    this.errors.length = before;
    return valid;
  }

  private wrong(path: string, what: string): bool {
    this.errors.push((path.length > 0 ? path : "/") + " " + what);
    return false;
  }

  private checkType(schema: Json, value: Json, path: string): void {
    const type = schema.get("type");
    if (type.exists) {
      let fits = false;
      const types = type.texts();
      for (let index = 0; index < types.length; index++) fits = fits || hasType(value, types[index]);
      if (!fits) this.wrong(path, "is " + value.kindName + ", expected " + types.join(" or "));
    }
    const choices = schema.get("enum");
    if (choices.isArray) {
      let found = false;
      for (let index = 0; index < choices.length && !found; index++) found = equals(choices.at(index), value);
      if (!found) this.wrong(path, "is none of " + short(choices));
    }
    const constant = schema.get("const");
    if ((constant.exists || constant.isNull) && !equals(constant, value)) this.wrong(path, "is not " + short(constant));
  }

  private checkNumber(schema: Json, value: f64, path: string): void {
    const divisor = schema.get("multipleOf");
    if (divisor.isNumber) {
      if (!isMultiple(value, divisor.number())) this.wrong(path, "is no multiple of " + divisor.source());
    }
    const most = schema.get("maximum");
    const below = schema.get("exclusiveMaximum");
    const least = schema.get("minimum");
    const above = schema.get("exclusiveMinimum");
    // NaN, for a keyword that is not there, fails all comparisons.
    if (value > most.number()) this.wrong(path, "is more than " + most.source());
    if (value >= below.number()) this.wrong(path, "is not less than " + below.source());
    if (least.number() > value) this.wrong(path, "is less than " + least.source());
    if (above.number() >= value) this.wrong(path, "is not more than " + above.source());
  }

  private checkCount(schema: Json, count: i32, least: string, most: string, what: string, path: string): void {
    const fewest = schema.get(least);
    const largest = schema.get(most);
    if (fewest.number() > count) this.wrong(path, "has " + count.toString() + " " + what + ", " + least + " is " + fewest.source());
    if (largest.number() < count) this.wrong(path, "has " + count.toString() + " " + what + ", " + most + " is " + largest.source());
  }

  private checkString(schema: Json, value: string, path: string): void {
    this.checkCount(schema, countCodePoints(value), "minLength", "maxLength", "characters", path);
    const pattern = schema.get("pattern");
    if (pattern.isString && !this.matches(pattern.text(), value)) this.wrong(path, "does not match " + pattern.source());
  }

  private matches(pattern: string, text: string): bool {
    return this.regexes.has(pattern) && this.regexes.get(pattern).test(text);
  }

  private checkList(schema: Json, value: Json, path: string): void {
    this.checkCount(schema, value.length, "minItems", "maxItems", "items", path);
    const first = schema.get("prefixItems");
    const items = schema.get("items");
    const contains = schema.get("contains");
    let found = 0;
    for (let index = 0; index < value.length; index++) {
      const item = value.at(index);
      const place = path + "/" + index.toString();
      if (index < first.length) this.check(first.at(index), item, place);
      else if (items.exists) this.check(items, item, place);
      if (contains.exists && this.passes(contains, item, place)) found++;
    }
    if (contains.exists) {
      const least = schema.get("minContains").number(1);
      if (found < least || found > schema.get("maxContains").number()) {
        this.wrong(path, "has " + found.toString() + " items that are as wanted");
      }
    }
    if (schema.get("uniqueItems").boolean() && hasEqualItems(value)) this.wrong(path, "has equal items");
  }

  private checkObject(schema: Json, value: Json, path: string): void {
    this.checkCount(schema, value.length, "minProperties", "maxProperties", "properties", path);
    this.checkRequired(schema.get("required"), value, path);
    const properties = schema.get("properties");
    const patterns = schema.get("patternProperties");
    const additional = schema.get("additionalProperties");
    const names = schema.get("propertyNames");
    for (let index = 0; index < value.length; index++) {
      const key = value.keyAt(index);
      const item = value.at(index);
      const place = path + "/" + key.replaceAll("~", "~0").replaceAll("/", "~1");
      let known = false;
      const property = properties.get(key);
      if (property.exists) {
        known = true;
        this.check(property, item, place);
      }
      for (let number = 0; number < patterns.length; number++) {
        if (!this.matches(patterns.keyAt(number), key)) continue;
        known = true;
        this.check(patterns.at(number), item, place);
      }
      if (!known && additional.exists) this.check(additional, item, place);
      if (names.exists && !this.passes(names, keyOf(value, index), place)) this.wrong(place, "has a name that is not allowed");
    }
    const needs = schema.get("dependentRequired");
    for (let index = 0; index < needs.length; index++) {
      if (hasKey(value, needs.keyAt(index))) this.checkRequired(needs.at(index), value, path);
    }
    const dependents = schema.get("dependentSchemas");
    for (let index = 0; index < dependents.length; index++) {
      if (hasKey(value, dependents.keyAt(index))) this.check(dependents.at(index), value, path);
    }
  }

  private checkRequired(keys: Json, value: Json, path: string): void {
    for (let index = 0; index < keys.length; index++) {
      if (!hasKey(value, keys.at(index).text())) this.wrong(path, 'has no "' + keys.at(index).text() + '"');
    }
  }

  private checkCombinations(schema: Json, value: Json, path: string): void {
    const all = schema.get("allOf");
    for (let index = 0; index < all.length; index++) this.check(all.at(index), value, path);
    const any = schema.get("anyOf");
    if (any.isArray && this.countPassed(any, value, path) == 0) this.wrong(path, "is as none of anyOf");
    const one = schema.get("oneOf");
    const passed = one.isArray ? this.countPassed(one, value, path) : 1;
    if (passed != 1) this.wrong(path, "is as " + passed.toString() + " of oneOf");
    const not = schema.get("not");
    if (not.exists && this.passes(not, value, path)) this.wrong(path, "is as it must not be");
    const condition = schema.get("if");
    if (!condition.exists) return;
    const then = this.passes(condition, value, path) ? schema.get("then") : schema.get("else");
    if (then.exists) this.check(then, value, path);
  }

  private countPassed(schemas: Json, value: Json, path: string): i32 {
    let count = 0;
    for (let index = 0; index < schemas.length; index++) if (this.passes(schemas.at(index), value, path)) count++;
    return count;
  }
}

function hasType(value: Json, type: string): bool {
  if (type == "integer") return value.isNumber && trunc(value.number()) == value.number();
  if (type == "number") return value.isNumber;
  if (type == "string") return value.isString;
  if (type == "boolean") return value.isBoolean;
  if (type == "array") return value.isArray;
  return type == "object" ? value.isObject : type == "null" && value.isNull;
}

/** Of numbers with a point, as 19.99 and 0.01, the last digits of a double do not count. */
function isMultiple(value: f64, divisor: f64): bool {
  if (trunc(value) == value && trunc(divisor) == divisor) return value % divisor == 0;
  const quotient = value / divisor;
  return isFinite(quotient) && abs(quotient - nearest(quotient)) <= 1e-12 * abs(quotient);
}

/** A value for a message, cut if it is long. */
function short(value: Json): string {
  const source = value.source();
  return source.length > MAX_QUOTED ? source.substring(0, MAX_QUOTED) + "…" : source;
}

function hasKey(value: Json, key: string): bool {
  const found = value.get(key);
  return found.exists || found.isNull;
}

function keyOf(value: Json, index: i32): Json {
  return Json.parse(new JsonWriter().string(value.keyAt(index)).toString());
}

function hasEqualItems(value: Json): bool {
  for (let index = 1; index < value.length; index++) {
    for (let other = 0; other < index; other++) if (equals(value.at(index), value.at(other))) return true;
  }
  return false;
}
