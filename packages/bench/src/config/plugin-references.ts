import type { ResolvedBenchmarkConfig } from './benchmark-config.js';

/** What a configuration says about where its plugins are: names, paths and references to stores, in the order of its lists. */
export function pluginReferences(config: ResolvedBenchmarkConfig): string[] {
  const { providers, transforms, evaluators, filters, tools = [], conversation } = config;
  const uses = [...providers, ...transforms, ...evaluators, ...filters, ...tools];
  // A provider that replays a run has none, and neither does a tool that only is described.
  return [...uses, conversation?.user].flatMap((use) =>
    use?.plugin === undefined ? [] : [use.plugin],
  );
}
