import { separateMarks, splitWords } from "@testbench/plugins-sdk";

/** Splits a line as sacreBLEU does with `tokenize="13a"`. */
export function tokenize13a(line: string): string[] {
  line = line
    .replaceAll("<skipped>", "")
    .replaceAll("-\n", "")
    .replaceAll("\n", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
  return splitWords(separateMarks(line));
}
