import type { GalleryPlugin } from '../../plugins/gallery.js';

/** Names of the permissions that a plugin asks for. */
export function asked({ permissions }: GalleryPlugin): readonly string[] {
  return Object.entries(permissions ?? {}).flatMap(([name, value]) => {
    if (value === false || value === undefined || (Array.isArray(value) && value.length === 0)) {
      return [];
    }
    return [value === true ? name : `${name}: ${JSON.stringify(value)}`];
  });
}
