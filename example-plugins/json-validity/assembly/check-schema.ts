import { Json } from "@testbench/plugins-sdk";

const TYPES: string[] = ["string", "number", "integer", "boolean", "array", "object", "null"];
/** Keywords by what their value has to be. */
const NUMBERS: string[] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
const COUNTS: string[] = ["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"];
const SCHEMAS: string[] = ["items", "additionalProperties", "not"];
const LISTS: string[] = ["anyOf", "allOf"];
/** Keywords that say nothing about a value. */
const SILENT: string[] = ["$schema", "$id", "$comment", "title", "description", "default", "examples", "const"];

/**
 * What is wrong with a schema; empty if nothing is.
 *
 * A keyword that is not known here, or that has a value it cannot have, would make the schema more lenient than it reads.
 */
export function problemOf(schema: Json, path: string = "#"): string {
  if (schema.isBoolean) return "";
  if (!schema.isObject) return path + " is " + schema.kindName + ", expected an object or a boolean";
  for (let index = 0; index < schema.length; index++) {
    const keyword = schema.keyAt(index);
    const problem = problemOfKeyword(keyword, schema.at(index), path + "/" + keyword);
    if (problem.length > 0) return problem;
  }
  return "";
}

function problemOfKeyword(keyword: string, value: Json, path: string): string {
  if (SILENT.includes(keyword)) return "";
  if (SCHEMAS.includes(keyword)) return problemOf(value, path);
  if (LISTS.includes(keyword)) return value.isArray && value.length > 0 ? problemIn(value, path) : wrong(path, value, "a list of schemas");
  if (keyword == "properties") return value.isObject ? problemIn(value, path) : wrong(path, value, "an object");
  if (NUMBERS.includes(keyword)) return value.isNumber ? "" : wrong(path, value, "a number");
  if (COUNTS.includes(keyword)) return value.number(-1) >= 0 ? "" : wrong(path, value, "a number from 0 on");
  if (keyword == "uniqueItems") return value.isBoolean ? "" : wrong(path, value, "a boolean");
  if (keyword == "enum") return value.isArray ? "" : wrong(path, value, "a list");
  if (keyword == "required") return areStrings(value) ? "" : wrong(path, value, "a list of strings");
  if (keyword == "type") return areTypes(value) ? "" : wrong(path, value, "one or more of " + TYPES.join(", "));
  return 'keyword "' + keyword + '" is not supported';
}

function problemIn(schemas: Json, path: string): string {
  for (let index = 0; index < schemas.length; index++) {
    const name = schemas.isObject ? schemas.keyAt(index) : index.toString();
    const problem = problemOf(schemas.at(index), path + "/" + name);
    if (problem.length > 0) return problem;
  }
  return "";
}

function areStrings(value: Json): bool {
  for (let index = 0; index < value.length; index++) if (!value.at(index).isString) return false;
  return value.isArray;
}

function areTypes(value: Json): bool {
  const types = value.texts();
  for (let index = 0; index < types.length; index++) if (!TYPES.includes(types[index])) return false;
  return types.length > 0 && (value.isString || areStrings(value));
}

function wrong(path: string, value: Json, expected: string): string {
  return path + " is " + value.kindName + ", expected " + expected;
}
