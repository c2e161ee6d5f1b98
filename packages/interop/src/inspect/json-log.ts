import type { JsonPlace } from '../json/json-place.js';
import { parseJson } from '../json/parse-json.js';
import { readBytes } from '../json/read-file.js';
import { splitJson } from '../json/split-json.js';
import type { FoundSample, LogSource } from './log-source.js';

const SAMPLES = 'samples';

/** A log in one JSON file; read twice, so that its samples need not be held. */
export class JsonLog implements LogSource {
  constructor(readonly file: string) {}

  async header(): Promise<JsonPlace> {
    for await (const piece of splitJson(readBytes(this.file), SAMPLES, this.file)) {
      if (piece.kind === 'rest') return parseJson(piece.text, this.file);
    }
    return parseJson('', this.file);
  }

  async *samples(): AsyncGenerator<FoundSample> {
    for await (const piece of splitJson(readBytes(this.file), SAMPLES, this.file)) {
      if (piece.kind === 'rest') continue;
      yield { sample: parseJson(piece.text, this.file, `${SAMPLES}[${piece.index}]`) };
    }
  }
}
