import { countCodePoints, Json } from "@testbench/plugins-sdk";

/** Checks values against the part of JSON Schema that structured answers use. */
@final
export class SchemaCheck {
  /** What does not fit, for people; the first thing that was found. */
  problem: string = "";

  fits(value: Json, schema: Json, path: string): bool {
    if (schema.isBoolean) return schema.boolean() || this.wrong(path, "is not allowed");
    if (!this.fitsType(value, schema.get("type"))) return this.wrong(path, "is " + value.kindName);
    const choices = schema.get("enum");
    if (choices.isArray && !includes(choices, value)) return this.wrong(path, "is none of the values");
    const constant = schema.get("const");
    // A constant may be null, which "exists" takes for nothing.
    if (constant.kindName != "nothing" && !sameJson(constant, value)) return this.wrong(path, "is another value");
    if (value.isNumber && !this.fitsNumber(value.number(), schema)) return this.wrong(path, "is out of range");
    if (value.isString && !fitsSize(countCodePoints(value.text()), schema.get("minLength"), schema.get("maxLength"))) {
      return this.wrong(path, "is too long or too short");
    }
    if (value.isArray && !this.fitsList(value, schema, path)) return false;
    if (value.isObject && !this.fitsObject(value, schema, path)) return false;
    return this.fitsCombination(value, schema, path);
  }

  private fitsType(value: Json, type: Json): bool {
    if (!type.exists) return true;
    const names = type.texts();
    for (let index = 0; index < names.length; index++) {
      const name = names[index];
      if (name == "object" && value.isObject) return true;
      if (name == "array" && value.isArray) return true;
      if (name == "string" && value.isString) return true;
      if (name == "boolean" && value.isBoolean) return true;
      if (name == "null" && value.isNull) return true;
      if (name == "number" && value.isNumber) return true;
      if (name == "integer" && value.isNumber && trunc(value.number()) == value.number()) return true;
    }
    return false;
  }

  private fitsNumber(number: f64, schema: Json): bool {
    const least = schema.get("minimum").number(-Infinity);
    const most = schema.get("maximum").number(Infinity);
    const above = schema.get("exclusiveMinimum").number(-Infinity);
    const below = schema.get("exclusiveMaximum").number(Infinity);
    // "(a < b && c > d)" would be read as type arguments.
    if (number < least || number > most) return false;
    return number > above && number < below;
  }

  private fitsList(value: Json, schema: Json, path: string): bool {
    if (!fitsSize(value.length, schema.get("minItems"), schema.get("maxItems"))) {
      return this.wrong(path, "has too many or too few items");
    }
    const items = schema.get("items");
    const unique = schema.get("uniqueItems").boolean();
    for (let index = 0; index < value.length; index++) {
      const item = value.at(index);
      if (items.exists && !this.fits(item, items, path + "[" + index.toString() + "]")) return false;
      for (let other = 0; unique && other < index; other++) {
        if (sameJson(item, value.at(other))) return this.wrong(path, "has an item twice");
      }
    }
    return true;
  }

  private fitsObject(value: Json, schema: Json, path: string): bool {
    const required = schema.get("required").texts();
    for (let index = 0; index < required.length; index++) {
      if (value.get(required[index]).kindName == "nothing") return this.wrong(path, 'has no "' + required[index] + '"');
    }
    if (!fitsSize(value.length, schema.get("minProperties"), schema.get("maxProperties"))) {
      return this.wrong(path, "has too many or too few fields");
    }
    const properties = schema.get("properties");
    const others = schema.get("additionalProperties");
    for (let index = 0; index < value.length; index++) {
      const key = value.keyAt(index);
      const known = properties.get(key);
      const inner = known.exists ? known : others;
      if (inner.exists && !this.fits(value.at(index), inner, path + "." + key)) return false;
    }
    return true;
  }

  private fitsCombination(value: Json, schema: Json, path: string): bool {
    const all = schema.get("allOf");
    for (let index = 0; index < all.length; index++) if (!this.fits(value, all.at(index), path)) return false;
    const any = schema.get("anyOf");
    let found = any.length == 0;
    for (let index = 0; !found && index < any.length; index++) {
      found = new SchemaCheck().fits(value, any.at(index), path);
    }
    if (!found) return this.wrong(path, "fits none of the alternatives");
    const not = schema.get("not");
    return !not.exists || !new SchemaCheck().fits(value, not, path) || this.wrong(path, "is what it must not be");
  }

  private wrong(path: string, state: string): bool {
    if (this.problem.length == 0) this.problem = path + " " + state;
    return false;
  }
}

function fitsSize(size: i32, least: Json, most: Json): bool {
  return size >= least.number(0) && size <= most.number(Infinity);
}

function includes(list: Json, value: Json): bool {
  for (let index = 0; index < list.length; index++) if (sameJson(list.at(index), value)) return true;
  return false;
}

/** Compares two values; the order of keys does not matter. */
function sameJson(a: Json, b: Json): bool {
  if (a.kind != b.kind) return false;
  if (a.isNumber) return a.number() == b.number();
  if (a.isString) return a.text() == b.text();
  if (a.isBoolean) return a.boolean() == b.boolean();
  if (a.length != b.length) return false;
  for (let index = 0; index < a.length; index++) {
    const other = a.isObject ? b.get(a.keyAt(index)) : b.at(index);
    if (!sameJson(a.at(index), other)) return false;
  }
  return true;
}
