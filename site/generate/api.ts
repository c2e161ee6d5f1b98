import { Application } from 'typedoc';

/**
 * Writes the reference of every package, made from docstrings, as HTML of its own with its own search.
 *
 * @throws {Error} If a link of a docstring leads to nothing.
 */
export async function buildApi(root: string, folder: string): Promise<void> {
  process.chdir(root);
  const app = await Application.bootstrapWithPlugins({ out: folder, logLevel: 'Error' });
  const project = await app.convert();
  if (project === undefined)
    throw new Error('Cannot write the reference of the packages: see above');
  await app.generateOutputs(project);
}
