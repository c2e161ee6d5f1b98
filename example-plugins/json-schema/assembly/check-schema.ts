import { Json } from "@testbench/plugins-sdk";

const SCHEMAS: string[] = ["items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"];
const TYPES: string[] = ["string", "number", "integer", "boolean", "array", "object", "null"];
const LISTS: string[] = ["allOf", "anyOf", "oneOf", "prefixItems"];
const MAPS: string[] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
/** Keywords that mean something, but nothing here: a schema with them would be taken for more lenient than it is. */
const UNKNOWN: string[] = [
  "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef", "additionalItems", "dependencies",
];

/** Patterns of the schema, and what is wrong with it; empty if nothing is. */
@final
export class SchemaCheck {
  problem: string = "";
  readonly patterns: string[] = [];

  constructor(private root: Json) {
    this.check(root, "#");
  }

  private check(schema: Json, path: string): void {
    if (this.problem.length > 0 || schema.isBoolean) return;
    if (!schema.isObject) {
      this.problem = path + " is " + schema.kindName + ", expected an object or a boolean";
      return;
    }
    for (let index = 0; index < UNKNOWN.length; index++) {
      if (schema.get(UNKNOWN[index]).exists) this.problem = path + ' has "' + UNKNOWN[index] + '", which is not known here';
    }
    const reference = schema.get("$ref");
    if (reference.exists && resolve(this.root, reference.text()) === Json.missing) {
      this.problem = path + ' refers to "' + reference.text() + '", which is not within the schema';
    }
    const types = schema.get("type").texts();
    for (let index = 0; index < types.length; index++) {
      if (!TYPES.includes(types[index])) this.problem = path + '/type has "' + types[index] + '", which is no type';
    }
    const pattern = schema.get("pattern");
    if (pattern.isString) this.patterns.push(pattern.text());
    const properties = schema.get("patternProperties");
    for (let index = 0; index < properties.length; index++) this.patterns.push(properties.keyAt(index));
    for (let index = 0; index < SCHEMAS.length; index++) {
      const inner = schema.get(SCHEMAS[index]);
      if (inner.exists) this.check(inner, path + "/" + SCHEMAS[index]);
    }
    for (let index = 0; index < LISTS.length; index++) {
      const list = schema.get(LISTS[index]);
      if (list.exists && !list.isArray) this.problem = path + "/" + LISTS[index] + " is " + list.kindName + ", expected a list";
      for (let place = 0; place < list.length; place++) this.check(list.at(place), path + "/" + LISTS[index] + "/" + place.toString());
    }
    for (let index = 0; index < MAPS.length; index++) {
      const map = schema.get(MAPS[index]);
      if (map.exists && !map.isObject) this.problem = path + "/" + MAPS[index] + " is " + map.kindName + ", expected an object";
      for (let place = 0; place < map.length; place++) this.check(map.at(place), path + "/" + MAPS[index] + "/" + map.keyAt(place));
    }
  }
}

/** What a reference within the schema, such as `#/$defs/name`, refers to; `Json.missing` if there is no such thing. */
export function resolve(root: Json, reference: string): Json {
  if (reference == "#") return root;
  if (!reference.startsWith("#/")) return Json.missing;
  const parts = reference.substring(2).split("/");
  let schema = root;
  for (let index = 0; index < parts.length; index++) {
    const name = decodeURIComponent(parts[index]).replaceAll("~1", "/").replaceAll("~0", "~");
    schema = schema.isArray ? schema.at(<i32>I32.parseInt(name)) : schema.get(name);
  }
  return schema.exists ? schema : Json.missing;
}
