/** Names that `create-plugin` accepts. */
const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

/** Default description of a project. */
export const DEFAULT_DESCRIPTION = 'Scores answers';

/** True for a valid name of a plugin and its folder. */
export function isPluginName(name: string): boolean {
  return NAME.test(name) && !name.includes('..') && name !== 'node_modules';
}

/** The files of a project that the compiler reads. */
export function projectFiles(
  source: string,
  { name, description }: { readonly name: string; readonly description: string },
): Record<string, string> {
  // The same fields as in the project that saving makes: they become metadata, and metadata are part of the module.
  const described = description === '' ? DEFAULT_DESCRIPTION : description;
  const manifest = { name, version: '0.1.0', description: described, author: '', license: 'MIT' };
  return { 'assembly/index.ts': source, 'package.json': JSON.stringify(manifest) };
}
