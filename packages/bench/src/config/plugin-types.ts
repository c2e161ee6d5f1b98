import { resolve, win32 } from 'node:path';

import {
  type DirectoryPermission,
  METERING_MODES,
  type Permissions,
  type ResourceLimits,
} from '@testbench/types';
import { ConfigNode, LARGEST_LIMITS, readLimits } from '@testbench/types/config';

import type { PluginConfig, ScriptSource } from './benchmark-config.js';
import { formatScript, parseScript } from './script-reference.js';
import { isStoreReference, parsePluginName } from './plugin-name.js';
import {
  type ConfigKeys,
  type ConfigType,
  either,
  listOf,
  mapped,
  pathOf,
  shape,
  type ShapeOptions,
} from './schema/config-type.js';
import {
  BOOLEAN,
  JSON_OBJECT,
  oneOf,
  PATH,
  pathText,
  text,
  wholeNumber,
  withReference,
} from './schema/config-values.js';

const LIMIT_DESCRIPTIONS: Readonly<Record<keyof ResourceLimits, string>> = {
  maxMemoryBytes: 'Largest linear memory, in bytes.',
  timeoutMs: 'Wall time of one call, in milliseconds.',
  maxFuel: 'Instructions of one call, in fuel units.',
  maxInputBytes: 'Longest input JSON, in bytes.',
  maxOutputBytes: 'Longest output JSON, in bytes.',
};

/** Limits of calls. */
export const LIMITS: ConfigType<Partial<ResourceLimits>> = {
  schema: {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(LIMIT_DESCRIPTIONS).map(([key, description]) => {
        const largest = LARGEST_LIMITS[key as keyof ResourceLimits];
        return [key, { ...wholeNumber(1, largest).schema, description }];
      }),
    ),
    additionalProperties: false,
  },
  read(node, context) {
    const limits = Object.entries(node.object()).map(([key, value]) => {
      return [key, withReference(new ConfigNode(value, pathOf(node, key)), context).value] as const;
    });
    return readLimits(new ConfigNode(Object.fromEntries(limits), node.path));
  },
};

const DIRECTORY: ConfigType<DirectoryPermission> = either<DirectoryPermission, DirectoryPermission>(
  (value) => typeof value === 'string',
  PATH,
  shape<Exclude<DirectoryPermission, string>>({
    path: { required: true, type: PATH, description: 'The directory, with all below it.' },
    access: {
      required: true,
      type: oneOf(['read-only', 'read-write']),
      description: 'What may be done there.',
    },
  }),
);

const PERMISSIONS = shape<Permissions>({
  filesystem: { type: BOOLEAN, description: 'Whether files may be used.' },
  network: { type: BOOLEAN, description: 'Whether requests may be made.' },
  envVars: { type: BOOLEAN, description: 'Whether environment variables may be read.' },
  hostFunctions: { type: BOOLEAN, description: "Whether the host's own functions may be called." },
  allowedDirs: {
    type: listOf(DIRECTORY),
    description: 'Directories, for reading unless specified otherwise.',
  },
  allowedHosts: {
    type: listOf(text()),
    description: 'Hosts, such as api.example.com or http://localhost:8080.',
  },
  allowedEnv: { type: listOf(text()), description: 'Names of environment variables.' },
  allowedHostFunctions: {
    type: listOf(text()),
    description: "Names of the host's own functions.",
  },
});

/** A script of a configuration that has already been read. */
function isScript(reference: string): boolean {
  try {
    return parseScript(reference) !== undefined;
  } catch {
    return false;
  }
}

/** The source of a plugin: a name is left unchanged, a path is made absolute. */
const PLUGIN_REFERENCE: ConfigType<string> = {
  schema: { type: 'string', minLength: 1 },
  read(node, { baseDirectory }) {
    const reference = pathText(node);
    if (isScript(reference)) return reference;
    if (parsePluginName(reference) !== undefined || isReference(reference)) return reference;
    const isFile = reference.endsWith('.wasm') || win32.isAbsolute(reference);
    if (!isFile && (/^[a-z][a-z0-9+.-]*:/i.test(reference) || /[:@][^/\\]*$/.test(reference))) {
      node.reject(
        'the path of a .wasm file, a name such as exact-match or exact-match@^0.1, or oci://host/name with :tag, @range or @sha256:…',
      );
    }
    return resolve(baseDirectory, reference);
  },
};

/** False if it is not one, so that the message below says what is expected. */
function isReference(reference: string): boolean {
  try {
    return isStoreReference(reference);
  } catch {
    return false;
  }
}

/** The keys that every use of a plugin has. */
export const PLUGIN_KEYS: ConfigKeys<PluginConfig> = {
  plugin: {
    required: true,
    type: PLUGIN_REFERENCE,
    description:
      'A plugin of @testbench/plugins by name (exact-match, exact-match@^0.1), the path of a .wasm file, or a plugin of a registry (team/exact-match@^1.2, oci://host/name@^1.2, oci://host/name@sha256:…).',
  },
  config: { type: JSON_OBJECT, description: "The plugin's own settings, see its README." },
  limits: { type: LIMITS, description: 'Over the limits of the run.' },
  metering: {
    type: oneOf([...METERING_MODES, 'as-asked'] as const),
    description: 'How its fuel is counted. Default: as-asked.',
  },
  permissions: {
    type: PERMISSIONS,
    description: 'What it may access. Default: what the policy grants it.',
  },
};

const SCRIPT_KEYS: ConfigKeys<ScriptSource> = {
  script: {
    type: PATH,
    description: 'A script in the place of a plugin: the path of a .ts, .js, .mts or .mjs file.',
  },
  inline: {
    type: text(),
    description: 'An expression over input, output, expected and record, whose value is the score.',
  },
  language: { type: text(), description: 'Language of "inline". Default: javascript.' },
};

const SOURCES = ['plugin', 'script', 'inline'] as const;

/** Options of a {@link pluginShape}. */
interface PluginShapeOptions<Fields> extends ShapeOptions<Fields> {
  /** True if it may have neither a plugin nor a script. @default false */
  readonly optional?: boolean;
}

/** A use of a plugin, or of a script instead: the result refers to either by `plugin`. */
export function pluginShape<Fields extends Partial<PluginConfig>>(
  keys: ConfigKeys<Fields>,
  { optional = false, ...options }: PluginShapeOptions<Fields> = {},
): ConfigType<Fields> {
  type Given = Omit<Fields, 'plugin'> & Partial<Pick<PluginConfig, 'plugin'>> & ScriptSource;
  const all = {
    ...keys,
    plugin: { ...PLUGIN_KEYS.plugin, required: false },
    ...SCRIPT_KEYS,
  } as unknown as ConfigKeys<Given>;
  const sourced = SOURCES.map((source) => ({ required: [source] }));
  const choices = optional ? [...sourced, { not: { anyOf: sourced } }] : sourced;
  const schema = { oneOf: choices, ...options.schema };
  const { retired } = options;
  const given = shape<Given>(all, { schema, ...(retired === undefined ? {} : { retired }) });
  return mapped(given, (read, node, { baseDirectory }) => {
    const sources = SOURCES.filter((source) => read[source] !== undefined);
    if (sources.length === 0 && !optional) node.fields(Object.keys(all)).required('plugin');
    if (sources.length > 1) {
      node.reject(`only one of ${sources.map((source) => `"${source}"`).join(' and ')}`);
    }
    const { script, inline, language, ...fields } = read;
    if (language !== undefined && inline === undefined)
      node.reject('"language" only with "inline"');
    const path = script ?? baseDirectory;
    const reference = {
      path,
      ...(inline === undefined ? {} : { inline }),
      ...(language === undefined ? {} : { language }),
    };
    const use = {
      ...fields,
      ...(sources.length === 0 ? {} : { plugin: read.plugin ?? formatScript(reference) }),
    } as unknown as Fields;
    options.check?.(use, node);
    return use;
  });
}
