import { MAX_PAGE_IMAGES_BYTES } from '../limits.js';
import type { PageImage } from './page-builder.js';

/** An image that a run kept, checked: raster data of a sensible size. */
export interface ReportImage {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads an image that a run kept.
 *
 * @param run Position of the run.
 * @param digest As in its rows.
 * @returns Undefined if the run has not kept it.
 */
export type ReadImage = (run: number, digest: string) => Promise<ReportImage | undefined>;

/** Types that a page shows: browsers decode them as pixels, and nothing in them is run or fetched. */
const SHOWN: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** Reads the images of a page, as many as fit. */
export async function* readImages(
  images: readonly PageImage[],
  read: ReadImage,
): AsyncGenerator<ReportImage & { readonly digest: string }> {
  let total = 0;
  for (const { run, digest } of images) {
    const image = await read(run, digest);
    if (image === undefined || !SHOWN.has(image.mediaType)) continue;
    if (total + image.bytes.length > MAX_PAGE_IMAGES_BYTES) continue;
    total += image.bytes.length;
    yield { ...image, digest };
  }
}
