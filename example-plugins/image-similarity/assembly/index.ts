import { Attachment, attachmentOf, Evaluation, Evaluator, EvaluatorInput, invalidInput, oneOf, plugin, range } from "@testbench/plugins-sdk";

import { differenceHash, frequencyHash, hexOf } from "./hash";
import { Image, problem } from "./image";
import { decodePng } from "./png";
import { gaussianSide, gaussianSimilarityOf, similarityOf } from "./structure";

class Options {
  /** What is compared: structure (SSIM), noise (PSNR), or hashes of what is seen (dHash, pHash). */
  @oneOf(["ssim", "psnr", "dhash", "phash"])
  metric: string = "ssim";
  /** Field of the attachment that is right. Empty: the first attachment. */
  reference: string = "";
  /** Field of the attachment that is scored. Empty: the second attachment. */
  image: string = "";
  /** SSIM: weighs a window of 11 x 11 pixels by a Gaussian of 1.5 pixels, instead of evenly. */
  gaussian_weights: bool = false;
  /** SSIM with even weights: the side of its windows in pixels, an odd number. */
  @range(3, 255)
  win_size: i32 = 7;
  /** PSNR: the decibels from which the score is 1. */
  @range(1, 200)
  full_score_db: f64 = 50;
}

@plugin({ name: "image-similarity", capabilities: ["multi_modal_evaluation"], reads: ["attachments"] })
export class ImageSimilarity extends Evaluator {
  config: Options = new Options();

  start(): void {
    if (this.config.win_size % 2 == 0) invalidInput('Cannot use "win_size": it is even');
  }

  evaluate(input: EvaluatorInput): Evaluation {
    const reference = open(input, this.config.reference, 0);
    if (reference === null) return new Evaluation(0);
    const image = open(input, this.config.image, 1);
    if (image === null) return new Evaluation(0);
    const metric = this.config.metric;
    if (metric == "dhash") return ofHashes(differenceHash(reference), differenceHash(image));
    if (metric == "phash") return ofHashes(frequencyHash(reference), frequencyHash(image));
    if (reference.width != image.width || reference.height != image.height) {
      invalidInput(
        `Cannot compare the images: the reference has ${reference.width} x ${reference.height} pixels, the image ${image.width} x ${image.height}`,
      );
      return new Evaluation(0);
    }
    return metric == "psnr" ? this.noise(reference, image) : this.structure(reference, image);
  }

  private noise(reference: Image, image: Image): Evaluation {
    const channels = channelsOf(reference, image);
    let sum: u64 = 0;
    for (let each = 0; each < channels.length; each++) {
      const channel = channels[each];
      for (let y = 0; y < image.height; y++) {
        for (let x = 0; x < image.width; x++) {
          const difference = reference.at(x, y, channel) - image.at(x, y, channel);
          sum += <u64>(difference * difference);
        }
      }
    }
    const count = <f64>(channels.length * image.width) * <f64>image.height;
    const mse = <f64>sum / count;
    if (sum == 0) return new Evaluation(1).metric("mse", 0).explain("the images are identical: there is no noise");
    const psnr = 10 * Math.log10((255 * 255) / mse);
    const score = max<f64>(0, min<f64>(1, psnr / this.config.full_score_db));
    return new Evaluation(score).metric("psnr", psnr).metric("mse", mse);
  }

  private structure(reference: Image, image: Image): Evaluation {
    const side = this.config.gaussian_weights ? gaussianSide() : this.config.win_size;
    if (side > min(image.width, image.height)) {
      invalidInput(`Cannot compare the images: they have ${image.width} x ${image.height} pixels, and a window has ${side} x ${side}`);
      return new Evaluation(0);
    }
    const channels = channelsOf(reference, image);
    let sum: f64 = 0;
    for (let each = 0; each < channels.length; each++) {
      sum += this.config.gaussian_weights
        ? gaussianSimilarityOf(reference, image, channels[each])
        : similarityOf(reference, image, channels[each], side);
    }
    const ssim = sum / <f64>channels.length;
    return new Evaluation(max<f64>(0, min<f64>(1, ssim))).metric("ssim", ssim);
  }
}

/** The channels that are compared: one of two gray images, else red, green and blue; and alpha if one of them has it. */
function channelsOf(one: Image, other: Image): i32[] {
  const channels: i32[] = one.isGray && other.isGray ? [0] : [0, 1, 2];
  if (one.hasAlpha || other.hasAlpha) channels.push(3);
  return channels;
}

function ofHashes(one: u64, other: u64): Evaluation {
  const distance = <i32>popcnt<u64>(one ^ other);
  return new Evaluation(1 - <f64>distance / 64)
    .metric("distance", distance)
    .explain("reference " + hexOf(one) + ", image " + hexOf(other));
}

/** The image of an attachment; after a failure of the call, `null`. */
function open(input: EvaluatorInput, field: string, position: i32): Image | null {
  const attachment: Attachment | null = attachmentOf(input.json, field, position);
  const what = field.length > 0 ? `attachment "${field}"` : `attachment ${position + 1}`;
  if (attachment === null) {
    invalidInput(`Cannot compare the images: there is no ${what}`);
    return null;
  }
  const bytes = attachment.bytes();
  if (bytes === null) {
    invalidInput(`Cannot compare the images: ${what} cannot be read`);
    return null;
  }
  const image = decodePng(bytes);
  if (image === null) invalidInput(`Cannot decode ${what}: ${problem}`);
  return image;
}
