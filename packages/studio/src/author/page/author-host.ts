import type { DataRecord } from '../data/records.js';
import type { Recipe } from '../recipe/recipe.js';

/** A data set that the page brings along. */
export interface Sample {
  readonly name: string;
  readonly records: readonly DataRecord[];
  /** A metric for it, to begin with. */
  readonly recipe: Recipe;
}

/** What is saved as a project. */
export interface SaveRequest {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  /** Replaces the source of a project that is there already. */
  readonly overwrite: boolean;
  /** A call and what it gave: the test of the project. */
  readonly example?: { readonly data: unknown; readonly result: unknown };
}

/** Its result. */
export interface SaveReply {
  /** Folder of the project, from the studio's on. */
  readonly folder: string;
  /** Of the built module; undefined if the compiler is not installed there yet. */
  readonly digest?: string;
  readonly bytes?: number;
  readonly note?: string;
}

/** Where the page is: in the studio, or a file of a static server. */
export interface AuthorHost {
  readonly workerUrl: URL;
  readonly samples: readonly Sample[];
  /** Data sets of the project by their paths. */
  listDatasets?(): Promise<readonly string[]>;
  readRecords?(path: string, count: number): Promise<readonly DataRecord[]>;
  /** @throws {Error} With a message for people; `code` is `STUDIO_EXISTS` if a project of that name is there. */
  save?(request: SaveRequest): Promise<SaveReply>;
}
