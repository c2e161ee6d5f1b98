import { decodeUtf8, hostAttachment } from './host.js';
import { refuse } from './refuse.js';

/** Fields of an attachment in the data of a call. */
interface Described {
  readonly field?: unknown;
  readonly media_type?: unknown;
  readonly bytes?: unknown;
  readonly digest?: unknown;
}

/** The files of a call, from its data. Bytes are read when they are asked for. */
export function attachmentsOf(data: unknown): readonly object[] {
  const list = (Object(data) as { attachments?: unknown }).attachments;
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown, index) => {
    const { field, media_type: mediaType, bytes: size, digest } = Object(item) as Described;
    const read = (): ArrayBuffer => {
      const found = hostAttachment(index, Number(size));
      return typeof found === 'number' ? refuse('read attachment', field, found) : found;
    };
    return {
      field: String(field),
      mediaType: String(mediaType),
      size: Number(size),
      digest: String(digest),
      bytes: () => new Uint8Array(read()),
      text: () => {
        const found = read();
        return decodeUtf8(found, 0, found.byteLength);
      },
    };
  });
}
