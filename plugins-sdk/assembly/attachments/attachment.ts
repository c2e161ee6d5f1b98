import { host_attachment_close, host_attachment_open, host_attachment_read } from "../host/imports";
import { newBuffer } from "../host/memory";
import { addressOf, decodeUtf8 } from "../host/utf8";
import { Json } from "../json/json";

/**
 * A file of the record, such as an image. The host gives its bytes to plugins with `multi_modal_evaluation` among their
 * capabilities, and nobody can change them.
 */
@final
export class Attachment {
  /** For this library; `attachmentsOf` makes them. */
  constructor(
    /** Its position among those of the call. */
    readonly index: i32,
    /** The field of the record that names it; empty if unknown. */
    readonly field: string,
    /** As the host found it in the bytes: `image/png`. */
    readonly mediaType: string,
    /** Its size in bytes. */
    readonly size: i32,
  ) {}

  /** The whole file; `null` if the host does not give it. */
  bytes(): Uint8Array | null {
    const handle = host_attachment_open(this.index);
    if (handle < 0) return null;
    const size = max(this.size, 0);
    const buffer = newBuffer(size);
    const start = addressOf(buffer);
    let read = 0;
    let length = 0;
    while (length < size) {
      read = host_attachment_read(handle, start + <usize>length, size - length);
      if (read <= 0) break;
      length += min(read, size - length);
    }
    host_attachment_close(handle);
    if (read < 0 || length < size) return null;
    return Uint8Array.wrap(buffer);
  }

  /** The whole file as text; `null` if the host does not give it, or it is not UTF-8. */
  text(): string | null {
    const bytes = this.bytes();
    if (bytes === null || !isUtf8(bytes)) return null;
    return decodeUtf8(bytes.dataStart, bytes.length);
  }
}

/** The files of a call, from its data; empty if it has none. */
export function attachmentsOf(data: Json): Attachment[] {
  const list = data.get("attachments");
  const found = new Array<Attachment>(0);
  for (let index = 0; index < list.length; index++) {
    const item = list.at(index);
    found.push(
      new Attachment(index, item.get("field").text(), item.get("media_type").text(), <i32>item.get("bytes").number(0)),
    );
  }
  return found;
}

/**
 * The file of a field; `null` if there is none.
 *
 * @param field As the configuration names it; empty for the file at `position`.
 */
export function attachmentOf(data: Json, field: string, position: i32 = 0): Attachment | null {
  const all = attachmentsOf(data);
  if (field.length == 0) return position < all.length ? all[position] : null;
  for (let index = 0; index < all.length; index++) {
    if (all[index].field == field) return all[index];
  }
  return null;
}

/** Whether bytes are UTF-8, as the Unicode standard's table 3-7 has it. */
function isUtf8(bytes: Uint8Array): bool {
  const length = bytes.length;
  for (let at = 0; at < length; ) {
    const lead = unchecked(bytes[at++]);
    if (lead < 0x80) continue;
    const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || at + more > length) return false;
    const second = unchecked(bytes[at]);
    if (second < (lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80)) return false;
    if (second > (lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf)) return false;
    for (let index = 1; index < more; index++) {
      if ((unchecked(bytes[at + index]) & 0xc0) != 0x80) return false;
    }
    at += more;
  }
  return true;
}
