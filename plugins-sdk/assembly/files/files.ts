import { ByteReader, ByteSource } from "../host/byte-reader";
import { host_file_close, host_file_list, host_file_open, host_file_read, host_file_write } from "../host/imports";
import { newBuffer } from "../host/memory";
import { addressOf, encodeUtf8 } from "../host/utf8";
import { Json } from "../json/json";

const READ: i32 = 0;
const REPLACE: i32 = 1;
/** First guess at the size of a listing. */
const LISTING: i32 = 4096;

@final
class FileBytes extends ByteSource {
  constructor(private handle: i32) {
    super();
  }

  pull(ptr: usize, max: usize): i32 {
    // Opening that failed is reading that fails.
    return this.handle < 0 ? this.handle : host_file_read(this.handle, ptr, max);
  }
}

/** A file that is read as it comes from the disk. */
@final
export class FileReader {
  /** What is in it, as text or line by line; its `code` is negative if the file cannot be opened or read. */
  readonly body: ByteReader;

  /** For this library; `files.open` makes one. */
  constructor(private handle: i32) {
    this.body = new ByteReader(new FileBytes(handle));
    this.body.code = min(handle, 0);
  }

  /** Gives it back; the end of the call does so, too. */
  close(): void {
    if (this.handle >= 0) host_file_close(this.handle);
  }
}

/** A file that takes the place of the old one, at once, when it is closed. */
@final
export class FileWriter {
  /** 0, or the negative `HostCode` of what failed first. */
  code: i32 = 0;

  /** For this library; `files.create` makes one. */
  constructor(private handle: i32) {
    this.code = min(handle, 0);
  }

  /** Appends text; false if that or anything before it failed. */
  write(text: string): bool {
    if (this.code < 0) return false;
    const bytes = encodeUtf8(text);
    this.code = min(host_file_write(this.handle, addressOf(bytes), bytes.byteLength), 0);
    return this.code == 0;
  }

  /** Puts the file in its place; false if it is not there whole. After a failure the old file stays. */
  close(): bool {
    if (this.code < 0) return false;
    this.code = min(host_file_close(this.handle), 0);
    return this.code == 0;
  }
}

/** Files in the directories that the plugin was granted. Paths are absolute. */
export namespace files {
  /** Opens a file for reading. */
  export function open(path: string): FileReader {
    return new FileReader(openFile(path, READ));
  }

  /** Begins a file, which has its name once it is closed. */
  export function create(path: string): FileWriter {
    return new FileWriter(openFile(path, REPLACE));
  }

  /** All of a file as text; `null` if it cannot be read. */
  export function readText(path: string): string | null {
    const file = open(path);
    if (file.body.code < 0) return null;
    const text = file.body.readAll();
    file.close();
    return file.body.code < 0 ? null : text;
  }

  /** Writes a file whole, in the place of an old one; false if that failed and the old one is still there. */
  export function writeText(path: string, text: string): bool {
    const file = create(path);
    file.write(text);
    return file.close();
  }

  /** What is in a directory: a list of `{ name, type }`, in the order of names; of kind `Missing` if it cannot be read. */
  export function list(path: string): Json {
    const name = encodeUtf8(path);
    let buffer = newBuffer(LISTING);
    let size = host_file_list(addressOf(name), name.byteLength, addressOf(buffer), LISTING);
    if (size > LISTING) {
      buffer = newBuffer(size);
      size = host_file_list(addressOf(name), name.byteLength, addressOf(buffer), size);
    }
    return size < 0 || size > buffer.byteLength ? Json.missing : Json.view(buffer, size);
  }
}

function openFile(path: string, flags: i32): i32 {
  const name = encodeUtf8(path);
  return host_file_open(addressOf(name), name.byteLength, flags);
}
