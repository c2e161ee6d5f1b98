import {
  isNumber, isPunctuation, isSymbol, joinTexts, separate13a, splitWords, TextBuilder, toCodePoints, Vocabulary,
} from "@testbench/plugins-sdk";

const SPACE: i32 = 0x20;

/** The tokens of a line as numbers, as sacreBLEU divides it with `tokenize="13a"`, `"intl"`, `"char"` or `"none"`. */
export function tokenize(line: string, kind: string, vocabulary: Vocabulary): StaticArray<i32> {
  if (kind == "char") return toCodePoints(joinTexts(splitWords(line), ""));
  if (kind == "13a") line = separate13a(line);
  else if (kind == "intl") line = separateInternational(line);
  return vocabulary.split(line);
}

/** mteval-v14's international tokenizer: by Unicode's classes, marks and symbols stand alone, but for marks within numbers. */
function separateInternational(line: string): string {
  const points = beforeNonNumbers(afterNonNumbers(toCodePoints(line)));
  const result = new TextBuilder();
  for (let index = 0; index < points.length; index++) {
    const point = points[index];
    if (isSymbol(point)) result.addUnit(SPACE).addPoint(point).addUnit(SPACE);
    else result.addPoint(point);
  }
  return result.toString();
}

/** `(\P{N})(\p{P})` -> `\1 \2 ` */
function afterNonNumbers(points: StaticArray<i32>): i32[] {
  const result: i32[] = [];
  for (let index = 0; index < points.length; index++) {
    const point = points[index];
    result.push(point);
    if (index + 1 == points.length || !isPunctuation(points[index + 1]) || isNumber(point)) continue;
    // The mark is used up: it cannot be the first half of the next pair.
    result.push(SPACE);
    result.push(points[++index]);
    result.push(SPACE);
  }
  return result;
}

/** `(\p{P})(\P{N})` -> ` \1 \2` */
function beforeNonNumbers(points: i32[]): i32[] {
  const result: i32[] = [];
  for (let index = 0; index < points.length; index++) {
    const point = points[index];
    if (index + 1 == points.length || !isPunctuation(point) || isNumber(points[index + 1])) {
      result.push(point);
      continue;
    }
    result.push(SPACE);
    result.push(point);
    result.push(SPACE);
    result.push(points[++index]);
  }
  return result;
}
