import { formatWhole } from "../json/format-number";
import { Json } from "../json/json";
import { invalidInput } from "../plugin/failure";

/**
 * True if there is at least one stream of references, each has one or `null` for each of the sentences of a corpus, and each sentence
 * has one; fails the call if not: what is compared with nothing would look bad, or perfect.
 */
export function haveReferences(streams: Json, sentences: i32): bool {
  let problem = streams.length > 0 ? "" : "none";
  for (let index = 0; index < streams.length && problem.length == 0; index++) {
    const stream = streams.at(index);
    if (!stream.isArray || stream.length != sentences) {
      problem = "expected[" + index.toString() + "] has " + (stream.isArray ? stream.length.toString() : stream.kindName);
    }
  }
  for (let sentence = 0; sentence < sentences && problem.length == 0; sentence++) {
    let found = false;
    for (let index = 0; index < streams.length && !found; index++) found = streams.at(index).at(sentence).exists;
    if (!found) problem = "none for sentence " + (sentence + 1).toString();
  }
  if (problem.length > 0) invalidInput("Cannot evaluate: " + sentences.toString() + " sentences, references: " + problem);
  return problem.length == 0;
}

/**
 * The right answers that `value` holds: a single one, or those of a list. Fails the call if there is none, or one is `null`,
 * which is no text and would count as an empty one.
 *
 * @param name Where they stand, for the message: `expected`, `expected[3]`.
 */
export function readReferences(value: Json, name: string): string[] {
  const references = value.texts();
  if (references.length == 0) invalidInput('Cannot evaluate: field "' + name + '" is missing');
  for (let index = 0; value.isArray && index < references.length; index++) {
    if (!value.item(index).exists) invalidInput('Cannot evaluate: field "' + name + "[" + formatWhole(index) + ']" is null');
  }
  return references;
}

/** Fails the call because the right answer number `index` is blank: it would be found in every answer. */
export function refuseBlank(index: i32): void {
  invalidInput("Cannot evaluate: right answer " + formatWhole(index + 1) + " is blank, which every answer has");
}
