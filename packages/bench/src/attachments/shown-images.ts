import { MAX_SHOWN_PIXELS } from './limits.js';
import { imageSize } from './image-size.js';

/** Types that browsers decode as pixels alone. SVG is a document, which may have scripts and load others. */
const SHOWN: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** Whether files of a type may be shown at all. */
export function isShownType(mediaType: string): boolean {
  return SHOWN.has(mediaType);
}

/** Whether a page may show an image: raster data of a sensible size, by the bytes and not by what anybody says about them. */
export function isShownImage(bytes: Uint8Array, mediaType: string): boolean {
  if (!isShownType(mediaType)) return false;
  const size = imageSize(bytes, mediaType);
  return size !== undefined && size.width * size.height <= MAX_SHOWN_PIXELS;
}
