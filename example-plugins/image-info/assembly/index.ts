import { attachmentOf, Evaluation, Evaluator, EvaluatorInput, invalidInput, plugin, range } from "@testbench/plugins-sdk";

import { readHeader } from "./header";

class Options {
  /** Field of the attachment. Empty: the first attachment. */
  image: string = "";
  /** Formats that are right: `png`, `jpeg`, `webp`. Empty: all of them. */
  formats: string[] = [];
  /** Least pixels across. */
  @range(0, 1000000)
  min_width: i32 = 0;
  /** Most pixels across. 0: any number. */
  @range(0, 1000000)
  max_width: i32 = 0;
  /** Least pixels down. */
  @range(0, 1000000)
  min_height: i32 = 0;
  /** Most pixels down. 0: any number. */
  @range(0, 1000000)
  max_height: i32 = 0;
}

@plugin({ name: "image-info", capabilities: ["multi_modal_evaluation"], reads: ["attachments"] })
export class ImageInfo extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const config = this.config;
    const what = config.image.length > 0 ? `attachment "${config.image}"` : "attachment 1";
    const attachment = attachmentOf(input.json, config.image);
    if (attachment === null) {
      invalidInput(`Cannot look at the image: there is no ${what}`);
      return new Evaluation(0);
    }
    const bytes = attachment.bytes();
    if (bytes === null) {
      invalidInput(`Cannot look at the image: ${what} cannot be read`);
      return new Evaluation(0);
    }
    const header = readHeader(bytes);
    if (header === null) {
      return new Evaluation(0).metric("bytes", bytes.length).explain(what + " is no PNG, JPEG or WebP, or its header is cut off");
    }
    const width = header.width;
    const height = header.height;
    const right =
      (config.formats.length == 0 || config.formats.includes(header.format)) &&
      width >= config.min_width &&
      height >= config.min_height &&
      (config.max_width == 0 || width <= config.max_width) &&
      (config.max_height == 0 || height <= config.max_height);
    return new Evaluation(right ? 1 : 0)
      .metric("width", width)
      .metric("height", height)
      .metric("bytes", bytes.length)
      .explain(`${header.format}, ${width} x ${height} pixels`);
  }
}
