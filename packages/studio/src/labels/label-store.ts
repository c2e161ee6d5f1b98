import { lstat, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { type HumanLabel, parseLabel, readLabels } from '@testbench/bench/judging';
import { readRun } from '@testbench/bench/results';
import { lockFile, writeOutput } from '@testbench/core/files';
import type { ConfigNode } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';

import { StudioError } from '../errors.js';
import { MAX_LABEL_CHARACTERS, MAX_LABELS } from '../limits.js';
import type { Project } from '../project/project.js';

/** Folder of labels, relative to the project: next to the runs, since a run's folder holds only files that the run wrote. */
const LABELS_FOLDER = 'labels';

/**
 * Labels of a run: a JSON Lines file in the project, in the format of `testbench calibrate`. It is replaced as a whole, so that it is never half
 * written.
 */
export class LabelStore {
  readonly #project: Project;
  /** Writes run one after another: each reads the result of the previous one. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(project: Project) {
    this.#project = project;
  }

  /** @throws {StudioError} Like `Project.find`. @throws {BenchError} If the file contains an invalid label. */
  async read(run: string): Promise<{ readonly file: string; readonly labels: HumanLabel[] }> {
    const { file, name } = await this.#fileOf(run);
    return { file: name, labels: await readOrNone(file) };
  }

  /**
   * Adds a person's label; if one person labels an answer twice, the later label counts.
   *
   * @param body A label without a time, which is set here.
   * @throws {StudioError} `STUDIO_TOO_LARGE` for more labels than are kept, or a long one. @throws {ConfigError} If it is not a label.
   */
  async add(run: string, body: ConfigNode): Promise<HumanLabel> {
    const label = parseLabel({ ...body.object(), when: new Date().toISOString() });
    for (const text of [label.who, label.note, label.id]) {
      if ((text?.length ?? 0) <= MAX_LABEL_CHARACTERS) continue;
      throw new StudioError(
        'STUDIO_TOO_LARGE',
        `Cannot keep the label: a text has more than ${MAX_LABEL_CHARACTERS} characters`,
      );
    }
    const adding = this.#last.then(() => this.#append(run, label));
    this.#last = adding.catch(() => undefined);
    await adding;
    return label;
  }

  async #append(run: string, label: HumanLabel): Promise<void> {
    const { folder, file } = await this.#fileOf(run);
    await mkdir(folder, { recursive: true });
    const unlock = lockFile(
      join(folder, '.lock'),
      (who) =>
        new StudioError(
          'STUDIO_BUSY',
          `Cannot keep the label: ${who} is writing labels; try again`,
        ),
    );
    try {
      const labels = await readOrNone(file);
      if (labels.length >= MAX_LABELS) {
        throw new StudioError(
          'STUDIO_TOO_LARGE',
          `Cannot keep the label: the file has ${MAX_LABELS} already`,
        );
      }
      const lines = [...labels, label].map((each) => `${JSON.stringify(each)}\n`);
      await writeOutput(file, lines.join(''));
    } finally {
      unlock();
    }
  }

  async #fileOf(run: string): Promise<{ folder: string; file: string; name: string }> {
    const path = await this.#project.find(run);
    // Only runs have labels: otherwise this could write a file of any name.
    await readRun(path);
    const name = `${basename(path)}.jsonl`;
    const folder = join(this.#project.folder, LABELS_FOLDER);
    // With a link, a file elsewhere would be read and written.
    for (const place of [folder, join(folder, name)]) {
      const found = await lstat(place).catch(() => undefined);
      if (found?.isSymbolicLink() !== true) continue;
      throw new StudioError(
        'STUDIO_OUTSIDE_PROJECT',
        `Cannot open ${JSON.stringify(this.#project.nameOf(place))}: it is a link`,
      );
    }
    return { folder, file: join(folder, name), name: `${LABELS_FOLDER}/${name}` };
  }
}

async function readOrNone(file: string): Promise<HumanLabel[]> {
  try {
    return await readLabels(file);
  } catch (error) {
    const { cause } = Object(error) as { readonly cause?: NodeJS.ErrnoException };
    if (PluginError.is(error) && cause?.code === 'ENOENT') return [];
    throw error;
  }
}
