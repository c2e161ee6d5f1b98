import { Json } from "../json/json";

/** What a server said, however it was asked. A request that failed is an answer with status 0 and a negative `code`. */
export abstract class HttpAnswer {
  /** 0, or the negative `HostCode` because of which there is no answer. */
  code: i32 = 0;
  /** As in HTTP: 200, 404, …; 0 if there is no answer. */
  status: i32 = 0;

  /** True for a status from 200 to 299. */
  get ok(): bool {
    return this.status >= 200 && this.status < 300;
  }

  /** A header; empty if there is none. Its name is in lower case. */
  abstract header(name: string): string;

  /** The body as JSON; of kind `Missing` if it is not JSON or did not come whole. */
  abstract json(): Json;
}
