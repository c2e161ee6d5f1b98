import { Attachment, attachmentsOf } from "../attachments/attachment";
import { HttpRequest } from "../http/http-request";
import { invalidInput } from "../plugin/failure";
import { ProviderRequest } from "../plugin/provider";

/**
 * The files of a request, each represented in its body by a token in whose place the host puts the bytes in base64: they never enter the
 * plugin's memory.
 */
@final
export class SentAttachments {
  readonly files: Attachment[];
  /** The start of all tokens: a text that the request does not contain. */
  private prefix: string = "";
  /** Files that the body has tokens of: a text is written as it is. */
  private written: i32[] = [];

  constructor(request: ProviderRequest) {
    this.files = attachmentsOf(request.json);
    if (this.files.length > 0) this.prefix = freePrefix(request.json.source());
  }

  get length(): i32 {
    return this.files.length;
  }

  /** Stands for the bytes of a file, in base64. To be written once. */
  token(index: i32): string {
    this.written.push(index);
    return this.nameOf(index);
  }

  private nameOf(index: i32): string {
    // Digits end with a letter: no token is the start of another.
    return this.prefix + index.toString() + "e";
  }

  /** A data URL of a file. */
  dataUrl(index: i32): string {
    return "data:" + this.files[index].mediaType + ";base64," + this.token(index);
  }

  /** Tells the host which token stands for which file. */
  attachTo(request: HttpRequest): void {
    for (let at = 0; at < this.written.length; at++) {
      const index = this.written[at];
      request.attach(this.nameOf(index), index);
    }
  }

  /** Fails the call because of a file that the server does not take. */
  refuse(index: i32, taken: string): void {
    const file = this.files[index];
    invalidInput('Cannot complete: attachment "' + file.field + '" is ' + file.mediaType + ", and the server takes " + taken);
  }
}

function freePrefix(source: string): string {
  let prefix = "";
  let number = 0;
  do {
    prefix = "attachment-" + (++number).toString() + "-";
  } while (source.includes(prefix));
  return prefix;
}

/** Types of images that both servers take. */
export function isSentImage(type: string): bool {
  return type == "image/png" || type == "image/jpeg" || type == "image/gif" || type == "image/webp";
}
