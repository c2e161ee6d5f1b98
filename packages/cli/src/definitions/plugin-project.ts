import { defineCommand } from '../command-line/define-command.js';
import {
  CHANGE_FLAGS,
  PLUGIN_INFO_FLAGS,
  PLUGIN_INSTALL_FLAGS,
  PLUGIN_PIN_FLAGS,
  PLUGIN_PUBLISH_FLAGS,
  PLUGIN_SEARCH_FLAGS,
  PLUGIN_UPDATE_FLAGS,
  PROJECT_FLAGS,
} from '../flags/plugin-project.js';

export const PLUGIN_SEARCH = defineCommand({
  name: 'plugin search',
  brief: 'search plugins by their metadata',
  about:
    'Searches name, keywords, author and description of plugins that are installed, named by --look or looked up before; --offered first asks the registries what they have.',
  positionals: [{ name: 'words', brief: 'words or prefixes of words', isOptional: true }],
  flags: PLUGIN_SEARCH_FLAGS,
  examples: [
    'testbench plugin search overlap --type evaluator',
    'testbench plugin search --offered',
  ],
  load: async () => (await import('../commands/plugin-search.js')).pluginSearchCommand,
});
export const PLUGIN_INFO = defineCommand({
  name: 'plugin info',
  brief: 'show a plugin of a registry, without running it',
  about:
    'Shows its metadata, signers and attachments: test results, bills of materials, build provenance. Statements without a trusted signer are marked as not verified.',
  positionals: [{ name: 'reference', brief: 'such as team/exact-match@1.2.0' }],
  flags: PLUGIN_INFO_FLAGS,
  examples: ['testbench plugin info team/exact-match'],
  load: async () => (await import('../commands/plugin-info.js')).pluginInfoCommand,
});
export const PLUGIN_INSTALL = defineCommand({
  name: 'plugin install',
  brief: 'install a plugin, or all of testbench.lock',
  positionals: [{ name: 'reference', brief: 'such as team/exact-match@^1.2', isOptional: true }],
  flags: PLUGIN_INSTALL_FLAGS,
  examples: ['testbench plugin install team/exact-match@^1.2', 'testbench plugin install --frozen'],
  load: async () => (await import('../commands/plugin-install.js')).pluginInstallCommand,
});
export const PLUGIN_UNINSTALL = defineCommand({
  name: 'plugin uninstall',
  brief: 'remove a plugin from the project, with what only it needed',
  positionals: [{ name: 'name', brief: 'as in testbench.lock' }],
  flags: CHANGE_FLAGS,
  examples: ['testbench plugin uninstall team/exact-match'],
  load: async () => (await import('../commands/plugin-install.js')).pluginUninstallCommand,
});
export const PLUGIN_LIST = defineCommand({
  name: 'plugin list',
  brief: 'list the plugins of the project',
  positionals: [],
  flags: PROJECT_FLAGS,
  examples: ['testbench plugin list --json'],
  load: async () => (await import('../commands/plugin-install.js')).pluginListCommand,
});
export const PLUGIN_OUTDATED = defineCommand({
  name: 'plugin outdated',
  brief: 'show which plugins have newer versions',
  positionals: [],
  flags: PROJECT_FLAGS,
  examples: ['testbench plugin outdated'],
  load: async () => (await import('../commands/plugin-install.js')).pluginOutdatedCommand,
});
export const PLUGIN_UPDATE = defineCommand({
  name: 'plugin update',
  brief: 'update plugins to the highest permitted versions',
  about:
    'Updates a plugin, or all that are not pinned, to the highest permitted version. A new version is fetched by digest, verified, and loaded next to the old one in a separate process; if it fails, the old one stays and that version is not tried again.',
  positionals: [{ name: 'name', brief: 'as in testbench.lock', isOptional: true }],
  flags: PLUGIN_UPDATE_FLAGS,
  examples: ['testbench plugin update', 'testbench plugin update team/exact-match --yes'],
  load: async () => (await import('../commands/plugin-install.js')).pluginUpdateCommand,
});
export const PLUGIN_PIN = defineCommand({
  name: 'plugin pin',
  brief: 'pin a plugin to a version',
  positionals: [{ name: 'name', brief: 'name, or name@version' }],
  flags: PLUGIN_PIN_FLAGS,
  examples: [
    'testbench plugin pin team/exact-match',
    'testbench plugin pin team/exact-match --off',
  ],
  load: async () => (await import('../commands/plugin-install.js')).pluginPinCommand,
});
export const PLUGIN_ROLLBACK = defineCommand({
  name: 'plugin rollback',
  brief: 'return to the version before the last update, and pin it',
  positionals: [{ name: 'name', brief: 'as in testbench.lock' }],
  flags: CHANGE_FLAGS,
  examples: ['testbench plugin rollback team/exact-match'],
  load: async () => (await import('../commands/plugin-install.js')).pluginRollbackCommand,
});
export const PLUGIN_PUBLISH = defineCommand({
  name: 'plugin publish',
  brief: 'publish a plugin under its own version, and sign it',
  about:
    'With a key (--key, or TESTBENCH_KEY) its signature is published before the version. Without a key it is unsigned.',
  positionals: [{ name: 'plugin.wasm', brief: 'the module' }],
  flags: PLUGIN_PUBLISH_FLAGS,
  examples: ['testbench plugin publish exact-match.wasm --name team/exact-match --key team'],
  load: async () => (await import('../commands/plugin-publish.js')).pluginPublishCommand,
});
