/** The lists of a configuration that use plugins. */
const LISTS = ['providers', 'transforms', 'evaluators', 'filters', 'tools'];
/** Places of the plugins of a configuration, such as `providers[0]`. */
export const PLACE =
  /^(?:(?:providers|transforms|evaluators|filters|tools)\[(?:0|[1-9]\d{0,3})\]|conversation\.user|toolCheck)$/;

/** A use of a plugin. */
export interface PluginUse {
  readonly place: string;
  /** The list, for messages. */
  readonly among: string;
  /** The object that says which plugin, and how it is used; changing it changes the configuration. */
  readonly use: Record<string, unknown>;
}

/**
 * All uses of plugins in a configuration, except for `toolCheck`, which is a text. A tool that only is described is one too.
 *
 * @param config As resolved; from elsewhere it may have any shape, and what is no use of a plugin is left to the reader of configurations.
 */
export function pluginUses(config: Readonly<Record<string, unknown>>): PluginUse[] {
  const uses: PluginUse[] = [];
  for (const among of LISTS) {
    const list: unknown = config[among];
    for (const [index, use] of Array.isArray(list) ? list.entries() : []) {
      uses.push({ place: `${among}[${index}]`, among, use: Object(use) as PluginUse['use'] });
    }
  }
  const { user } = Object(config['conversation']) as { user?: unknown };
  if (user !== undefined) {
    const among = 'conversation.user';
    uses.push({ place: among, among, use: Object(user) as PluginUse['use'] });
  }
  return uses;
}

/** True for a tool that no plugin answers: a model that calls it ends the turn. */
export function isDescribedOnly({ among, use }: PluginUse): boolean {
  return among === 'tools' && use['plugin'] === undefined;
}
