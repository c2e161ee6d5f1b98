import { Json } from "../json/json";
import { PathParser } from "./parse";
import { Query } from "./query";
import { select } from "./select";

/** A JSON path by RFC 9535, such as `$.choices[0].text` or `$.parts[?@.type == "text"].text`. */
@final
export class JsonPath {
  /** What is wrong with the path; empty if it is one. */
  readonly problem: string;
  private query: Query;

  constructor(readonly path: string) {
    const parser = new PathParser(path);
    this.query = parser.parse();
    this.problem = parser.problem;
  }

  /** The values in a document that the path leads to, in the order of the standard; none if there is a problem. */
  select(document: Json): Json[] {
    const none: Json[] = [];
    return this.problem.length > 0 || document === Json.missing ? none : select(this.query, document, document);
  }

  /** The first of these values; of kind `Missing` if there is none. */
  first(document: Json): Json {
    const found = this.select(document);
    return found.length > 0 ? found[0] : Json.missing;
  }
}
