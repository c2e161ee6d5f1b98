import { excerpt, Json } from "@testbench/plugins-sdk";

/** How arguments are compared. */
export enum Rule {
  /** Equal, whatever the order of keys. */
  Exact,
  /** The expected ones are there, at every depth; the call may have more keys. */
  Subset,
  /** As `Exact`, but lists are equal in any order. */
  AnyOrder,
  /** They keep to the JSON Schema of the expected call. */
  Schema,
  /** Only names count. */
  Ignore,
}

export const RULES: string[] = ["exact", "subset", "any_order", "schema", "ignore"];

/** Characters of a value in an explanation. */
const MAX_SHOWN: i32 = 60;

/** The first difference between arguments, in words; empty if there is none. */
export function difference(actual: Json, expected: Json, rule: Rule, path: string): string {
  if (expected.isObject && actual.isObject) return objectDifference(actual, expected, rule, path);
  if (expected.isArray && actual.isArray) {
    if (actual.length != expected.length) {
      return path + " has " + actual.length.toString() + " items, expected " + expected.length.toString();
    }
    return rule == Rule.AnyOrder ? unorderedDifference(actual, expected, path) : listDifference(actual, expected, rule, path);
  }
  return isSame(actual, expected) ? "" : path + " is " + shown(actual) + ", expected " + shown(expected);
}

function objectDifference(actual: Json, expected: Json, rule: Rule, path: string): string {
  for (let index = 0; index < expected.length; index++) {
    const key = expected.keyAt(index);
    const place = path + "." + excerpt(key, MAX_SHOWN);
    if (!actual.get(key).exists && !actual.get(key).isNull) return place + " is missing, expected " + shown(expected.at(index));
    const found = difference(actual.get(key), expected.at(index), rule, place);
    if (found.length > 0) return found;
  }
  if (rule == Rule.Subset) return "";
  for (let index = 0; index < actual.length; index++) {
    const key = actual.keyAt(index);
    const other = expected.get(key);
    if (!other.exists && !other.isNull) return path + "." + excerpt(key, MAX_SHOWN) + " was not expected";
  }
  return "";
}

function listDifference(actual: Json, expected: Json, rule: Rule, path: string): string {
  for (let index = 0; index < expected.length; index++) {
    const found = difference(actual.at(index), expected.at(index), rule, path + "[" + index.toString() + "]");
    if (found.length > 0) return found;
  }
  return "";
}

/** Equality here is an equivalence, so that taking the first equal item is as good as any. */
function unorderedDifference(actual: Json, expected: Json, path: string): string {
  const taken = new StaticArray<bool>(actual.length);
  for (let index = 0; index < expected.length; index++) {
    let found = false;
    for (let place = 0; place < actual.length && !found; place++) {
      if (taken[place] || difference(actual.at(place), expected.at(index), Rule.AnyOrder, "").length > 0) continue;
      taken[place] = true;
      found = true;
    }
    if (!found) return path + " lacks " + shown(expected.at(index));
  }
  return "";
}

function isSame(left: Json, right: Json): bool {
  if (left.kind != right.kind) return false;
  if (left.isNumber) return left.number() == right.number();
  if (left.isString) return left.text() == right.text();
  return left.isBoolean ? left.boolean() == right.boolean() : left.isNull;
}

function shown(value: Json): string {
  return excerpt(value.source(), MAX_SHOWN);
}
