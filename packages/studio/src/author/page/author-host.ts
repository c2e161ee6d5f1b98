import type { DataRecord } from '../data/records.js';
import type { Recipe } from '../recipe/recipe.js';
import type { SavedProject } from '../save/save-project.js';

/** A data set that is included in the page. */
export interface Sample {
  readonly name: string;
  readonly records: readonly DataRecord[];
  /** An initial metric for it. */
  readonly recipe: Recipe;
}

/** A request to save a project. */
interface SaveRequest {
  readonly name: string;
  readonly description: string;
  readonly source: string;
  /** Replaces the source of an existing project. */
  readonly overwrite: boolean;
  /** A call and its result, which becomes the test of the project. */
  readonly example?: { readonly data: unknown; readonly result: unknown };
}

/** The page's environment: the studio, or a static server. */
export interface AuthorHost {
  readonly workerUrl: URL;
  readonly samples: readonly Sample[];
  /** Data sets of the project by their paths. */
  listDatasets?(): Promise<readonly string[]>;
  readRecords?(path: string, count: number): Promise<readonly DataRecord[]>;
  /** @throws {Error} With a message for people; `code` is `STUDIO_EXISTS` if a project of that name exists. */
  save?(request: SaveRequest): Promise<SavedProject>;
}
