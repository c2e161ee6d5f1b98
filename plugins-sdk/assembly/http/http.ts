import { host_http_open } from "../host/imports";
import { JsonWriter } from "../json/writer";
import { HttpRequest } from "./http-request";
import { HttpResponse } from "./http-response";

/** Requests to hosts that the plugin was granted. */
export namespace http {
  /** Sends a request and waits for the head of the answer. */
  export function fetch(request: HttpRequest): HttpResponse {
    const out = new JsonWriter();
    request.write(out);
    return new HttpResponse(host_http_open(out.start, out.mark()));
  }
}
