import { Json } from "../json/json";
import { invalidInput } from "../plugin/failure";

/**
 * True if there is at least one stream of references, and each has one for each of the sentences of a corpus; fails the call if not:
 * a corpus that is compared with nothing would look like a bad one.
 */
export function haveReferences(streams: Json, sentences: i32): bool {
  let problem = streams.length > 0 ? "" : "none";
  for (let index = 0; index < streams.length && problem.length == 0; index++) {
    const stream = streams.at(index);
    if (!stream.isArray || stream.length != sentences) {
      problem = "expected[" + index.toString() + "] has " + (stream.isArray ? stream.length.toString() : stream.kindName);
    }
  }
  if (problem.length > 0) invalidInput("Cannot evaluate: " + sentences.toString() + " sentences, references: " + problem);
  return problem.length == 0;
}
