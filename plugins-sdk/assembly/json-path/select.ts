import { Json } from "../json/json";

import { Filter } from "./filter";
import { Query, Segment, Selector, SelectorKind } from "./query";

/** Takes the values of a path out of a document, in RFC 9535's order. */
export function select(query: Query, root: Json, current: Json): Json[] {
  let values: Json[] = [query.absolute ? root : current];
  for (let index = 0; index < query.segments.length; index++) {
    const segment = query.segments[index];
    const next: Json[] = [];
    for (let place = 0; place < values.length; place++) {
      if (segment.descendant) addDescendants(values[place], segment, root, next);
      else addSelected(values[place], segment, root, next);
    }
    values = next;
  }
  return values;
}

/** Of the value itself, then of all that is in it. */
function addDescendants(value: Json, segment: Segment, root: Json, result: Json[]): void {
  addSelected(value, segment, root, result);
  for (let index = 0; index < value.length; index++) addDescendants(value.at(index), segment, root, result);
}

function addSelected(value: Json, segment: Segment, root: Json, result: Json[]): void {
  for (let index = 0; index < segment.selectors.length; index++) {
    const selector = segment.selectors[index];
    const kind = selector.kind;
    if (kind == SelectorKind.Name) {
      push(value.get(selector.name), result);
    } else if (kind == SelectorKind.Index) {
      const place = selector.start < 0 ? selector.start + value.length : selector.start;
      if (value.isArray && place >= 0 && place < value.length) push(value.at(<i32>place), result);
    } else if (kind == SelectorKind.Slice) {
      if (value.isArray) addSlice(value, selector, result);
    } else {
      const filter = selector.filter;
      for (let place = 0; place < value.length; place++) {
        const child = value.at(place);
        if (filter === null || new Filter(root, child).test(filter)) push(child, result);
      }
    }
  }
}

function push(value: Json, result: Json[]): void {
  if (value.exists || value.isNull) result.push(value);
}

function addSlice(value: Json, slice: Selector, result: Json[]): void {
  const length: i64 = value.length;
  const step = slice.step;
  if (step == 0) return;
  const start = slice.hasStart ? fromEnd(slice.start, length) : step > 0 ? 0 : length - 1;
  const end = slice.hasEnd ? fromEnd(slice.end, length) : step > 0 ? length : -length - 1;
  if (step > 0) {
    const last = min(max(end, 0), length);
    for (let place = min(max(start, 0), length); place < last; place += step) push(value.at(<i32>place), result);
  } else {
    const last = min(max(end, -1), length - 1);
    for (let place = min(max(start, -1), length - 1); place > last; place += step) push(value.at(<i32>place), result);
  }
}

function fromEnd(place: i64, length: i64): i64 {
  return place < 0 ? place + length : place;
}
