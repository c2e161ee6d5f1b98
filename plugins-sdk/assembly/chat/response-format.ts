import { Json } from "../json/json";

/** True if a request's `response_format`, in OpenAI's form, asks for JSON. */
export function wantsJson(format: Json): bool {
  const type = format.get("type").text();
  return type == "json_schema" || type == "json_object";
}

/** The JSON Schema that a request's `response_format` names; of kind `Missing` if there is none. */
export function schemaOf(format: Json): Json {
  return format.get("type").text() == "json_schema" ? format.get("json_schema").get("schema") : Json.missing;
}
