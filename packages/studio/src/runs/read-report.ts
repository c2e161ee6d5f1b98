import { createHash } from 'node:crypto';

import { type KeptImage, readKeptImage, readRun, type StoredRun } from '@testbench/bench/results';
import { createPageReporter, type ReportPage } from '@testbench/report';
import { reportRuns } from '@testbench/report/runs';

import { StudioError } from '../errors.js';
import { MAX_KEPT_REPORTS } from '../limits.js';
import type { Project } from '../project/project.js';

/** A report, and the key by which its blocks are requested. */
export interface KeptReport extends ReportPage {
  readonly key: string;
  /** Folders of its runs. */
  readonly folders: readonly string[];
}

/** Reports by the runs that they cover, in their state at the time of reading. */
export class Reports {
  readonly #kept = new Map<string, Promise<KeptReport>>();

  /**
   * The report of one run, or of two that are compared.
   *
   * @param paths Paths of the runs in the project.
   * @throws {StudioError} Like `Project.find`. @throws {BenchError} Like `readRun` and `reportRuns`.
   */
  async read(project: Project, paths: readonly string[]): Promise<KeptReport> {
    if (paths.length < 1 || paths.length > 2) {
      throw new StudioError('STUDIO_BAD_REQUEST', 'Cannot make a report: expected one run, or two');
    }
    const runs = await Promise.all(
      paths.map(async (path) => await readRun(await project.find(path))),
    );
    const key = keyOf(runs);
    const known = this.#kept.get(key);
    if (known !== undefined) return await known;
    // Not cancelled when its client disconnects: another client may be waiting for it by then.
    const made = makeReport(key, runs);
    this.#kept.set(key, made);
    for (const old of [...this.#kept.keys()].slice(0, -MAX_KEPT_REPORTS)) this.#kept.delete(old);
    // A failed report is dropped, so that it is made again; this also handles the rejection if no client waits any more.
    made.catch(() => this.#kept.delete(key));
    return await made;
  }

  /** @throws {StudioError} `STUDIO_NOT_FOUND` if the report is no longer kept, or has no such block. */
  async block(key: string, number: number): Promise<string> {
    const block = (await this.#kept.get(key))?.blocks[number];
    if (block !== undefined) return block;
    throw new StudioError('STUDIO_NOT_FOUND', 'Cannot read the rows: load the page again');
  }

  /** @throws {StudioError} `STUDIO_NOT_FOUND` if the report is no longer kept, or its runs have not kept such an image. */
  async image(key: string, digest: string): Promise<KeptImage> {
    for (const folder of (await this.#kept.get(key))?.folders ?? []) {
      const image = await readKeptImage(folder, digest);
      if (image !== undefined) return image;
    }
    throw new StudioError('STUDIO_NOT_FOUND', 'Cannot show the image: the run has not kept it');
  }
}

async function makeReport(key: string, runs: readonly StoredRun[]): Promise<KeptReport> {
  let page: ReportPage | undefined;
  const reporter = createPageReporter((made) => {
    page = made;
  });
  await reportRuns(runs, [reporter]);
  return { key, folders: runs.map(({ path }) => path), ...page! };
}

function keyOf(runs: readonly StoredRun[]): string {
  const facts = runs.map(({ path, digest, segments, isComplete, summary }) => [
    path,
    digest,
    segments,
    isComplete,
    summary === undefined,
  ]);
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
