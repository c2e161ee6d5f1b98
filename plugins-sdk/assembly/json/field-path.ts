import { Json } from "./json";

/** Names of fields that a message lists. */
const MAX_NAMES: i32 = 20;
/** Characters of a name that a message shows. */
const MAX_NAME: i32 = 60;

/**
 * Where in a value another one stands: a key, or keys with dots between them.
 *
 * A field that is named like the whole path comes first; else each part goes one object or list deeper.
 */
@final
export class FieldPath {
  private keys: string[];

  constructor(readonly path: string) {
    this.keys = path.split(".");
  }

  /** The value; of kind `Missing` if there is none. */
  find(value: Json): Json {
    const whole = value.get(this.path);
    const keys = this.keys;
    if (keys.length == 1 || whole.exists) return whole;
    for (let index = 0; index < keys.length; index++) {
      value = value.isArray ? value.at(placeOf(keys[index])) : value.get(keys[index]);
    }
    return value;
  }
}

/** A place in a list; -1 for what is no whole number. */
function placeOf(key: string): i32 {
  const place = <i32>I32.parseInt(key);
  return place.toString() == key ? place : -1;
}

/** A field of the input of a call; or of the record, if the caller passes one and the input has no such field. */
export function fieldOf(data: Json, path: string): Json {
  // Most paths are the name of a field.
  const whole = data.get(path);
  if (whole.exists) return whole;
  const field = new FieldPath(path);
  const found = field.find(data);
  if (found.exists) return found;
  const inRecord = field.find(data.get("record"));
  return inRecord.exists ? inRecord : found;
}

/** The fields that there are, for a message: `a, b, scores.exact`; those of objects in it, too. */
export function describeFields(value: Json): string {
  if (!value.isObject) return "none (it is " + value.kindName + ")";
  const names: string[] = [];
  for (let index = 0; index < value.length; index++) {
    const key = value.keyAt(index);
    const field = value.at(index);
    if (!field.isObject || field.length == 0) names.push(shorten(key));
    for (let inner = 0; field.isObject && inner < field.length && names.length <= MAX_NAMES; inner++) {
      names.push(shorten(key) + "." + shorten(field.keyAt(inner)));
    }
    if (names.length > MAX_NAMES) return names.slice(0, MAX_NAMES).join(", ") + ", …";
  }
  return names.length > 0 ? names.join(", ") : "none";
}

function shorten(name: string): string {
  return name.length > MAX_NAME ? name.substring(0, MAX_NAME) + "…" : name;
}
