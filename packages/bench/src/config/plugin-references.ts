import type { ResolvedBenchmarkConfig } from './benchmark-config.js';

/** What a configuration says about where its plugins are: names, paths and references to stores, in the order of its lists. */
export function pluginReferences(config: ResolvedBenchmarkConfig): string[] {
  const {
    providers,
    transforms,
    evaluators,
    filters,
    tools = [],
    conversation,
    toolCheck,
  } = config;
  const uses = [...providers, ...transforms, ...evaluators, ...filters, ...tools];
  // A provider that replays a run has none, and neither does a tool that only is described.
  const plugins = [...uses, conversation?.user].map((use) => use?.plugin);
  return [...plugins, toolCheck].filter((plugin) => plugin !== undefined);
}
