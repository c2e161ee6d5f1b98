/** An image of 8 bits a sample. */
@final
export class Image {
  /** Four bytes a pixel, row by row from the top: red, green, blue, alpha. */
  readonly pixels: StaticArray<u8>;
  /** True if red, green and blue are the same everywhere by the image's own type. */
  isGray: bool = false;
  /** True if it has an alpha channel, or a transparent colour. */
  hasAlpha: bool = false;

  constructor(
    readonly width: i32,
    readonly height: i32,
  ) {
    this.pixels = new StaticArray<u8>(width * height * 4);
  }

  /** A sample. @param channel 0 red to 3 alpha. */
  @inline
  at(x: i32, y: i32, channel: i32): i32 {
    return <i32>unchecked(this.pixels[(y * this.width + x) * 4 + channel]);
  }
}

/** Why there is no image. For this plugin's messages. */
export let problem: string = "";

export function refuse(why: string): Image | null {
  problem = why;
  return null;
}
