import { Json } from "@testbench/plugins-sdk";

/** Equal values, whatever the order of keys and the form of numbers. */
export function equals(left: Json, right: Json): bool {
  if (left.kind != right.kind) return false;
  if (left.isNumber) return left.number() == right.number();
  if (left.isString) return left.text() == right.text();
  if (left.isBoolean) return left.boolean() == right.boolean();
  if (left.length != right.length) return false;
  for (let index = 0; index < left.length; index++) {
    const other = left.isArray ? right.at(index) : right.get(left.keyAt(index));
    if (!equals(left.at(index), other)) return false;
  }
  return true;
}
