import { describeConfig } from './describe-config.js';
import { evaluateLiteral } from './evaluate-literal.js';
import { locate } from './locate.js';

const API_VERSION = '1.0.0';

/** Base class to plugin type. */
const TYPES = {
  Evaluator: 'evaluator',
  CorpusEvaluator: 'evaluator',
  AskingEvaluator: 'evaluator',
  Provider: 'provider',
  AskingProvider: 'provider',
  Transform: 'transform',
  TextTransform: 'transform',
  Filter: 'filter',
  Custom: 'custom',
};

/** What a plugin of the type can do unless it says otherwise. */
const CAPABILITIES = {
  evaluator: ['text_evaluation'],
  provider: ['api_requests'],
  transform: ['data_transform'],
  filter: ['result_filter'],
  custom: [],
};

/** Maps names in the decorator to names on the wire. */
const FIELDS = {
  name: 'name',
  version: 'version',
  description: 'description',
  author: 'author',
  type: 'plugin_type',
  capabilities: 'capabilities',
  apiVersion: 'api_version',
  minContractVersion: 'min_host_version',
  homepage: 'homepage',
  license: 'license',
  custom: 'custom',
  dependencies: 'dependencies',
  configSchema: 'config_schema',
  permissions: 'permissions',
  metering: 'metering',
  asking: 'asking',
  aggregate: 'aggregate',
  reads: 'reads',
};

/** The same for permissions, followed by the list that defines what a permission covers. */
const PERMISSIONS = {
  filesystem: 'filesystem',
  network: 'network',
  envVars: 'env_vars',
  hostFunctions: 'host_functions',
  allowedDirs: 'allowed_dirs',
  allowedHosts: 'allowed_hosts',
  allowedEnv: 'allowed_env',
  allowedHostFunctions: 'allowed_host_functions',
};
const LISTS = {
  filesystem: 'allowedDirs',
  network: 'allowedHosts',
  envVars: 'allowedEnv',
  hostFunctions: 'allowedHostFunctions',
};

/**
 * Reads everything the entry needs to know from the author's class.
 *
 * @returns {{ className: string, path: string, exported: boolean, metadata: Record<string, unknown>,
 *   config: import('./describe-config.js').Config | undefined }}
 */
export function describePlugin(source, declaration, packageJson) {
  const where = locate(declaration.range);
  const className = declaration.name.text;
  if (!declaration.isAny(EXPORT)) {
    throw new Error(
      `Cannot build ${where}: class ${className} is not exported; write "export class ${className}"`,
    );
  }
  const decorator = declaration.decorators.find(({ name }) => name.text === 'plugin');
  const declared = rename(
    decorator.args?.length ? evaluateLiteral(decorator.args[0]) : {},
    FIELDS,
    where,
  );
  if (declared.permissions !== undefined) {
    declared.permissions = describePermissions(declared.permissions, where);
  }
  const base = declaration.extendsType?.name.identifier.text;
  const type = declared.plugin_type ?? (Object.hasOwn(TYPES, base) ? TYPES[base] : undefined);
  if (type === undefined) {
    throw new Error(
      `Cannot build ${where}: class ${className} extends none of ${Object.keys(TYPES).join(', ')}; extend one, or give @plugin a "type"`,
    );
  }
  if (declared.aggregate !== undefined && base === 'Evaluator') {
    throw new Error(
      `Cannot build ${where}: "aggregate" of @plugin says that class ${className} scores whole sets; extend CorpusEvaluator and write "aggregate(sums: Sums): Evaluation"`,
    );
  }
  const config = describeConfig(source, declaration);
  const asks = base === 'AskingEvaluator' || base === 'AskingProvider';
  const metadata = withoutUndefined({
    name: unscoped(packageJson.name),
    version: packageJson.version,
    description: packageJson.description ?? '',
    author: authorName(packageJson.author) ?? '',
    license: packageJson.license,
    homepage: packageJson.homepage,
    plugin_type: type,
    capabilities: Object.hasOwn(CAPABILITIES, type) ? CAPABILITIES[type] : undefined,
    api_version: API_VERSION,
    config_schema: config?.schema,
    // Subclasses of it implement the function that is called then.
    aggregate: base === 'CorpusEvaluator' ? 'sums' : undefined,
    asking: asks ? true : undefined,
    ...declared,
  });
  for (const field of ['name', 'version']) {
    if (typeof metadata[field] !== 'string' || metadata[field] === '') {
      throw new Error(
        `Cannot build ${where}: the plugin has no ${field}; give it in @plugin({ ${field}: "…" }) or in package.json`,
      );
    }
  }
  return { className, path: source.internalPath, metadata, config };
}

/**
 * The plugin's permissions. A permission without its list is left to the host, such as `network` if the address is a
 * setting; an empty list, or a list without its permission, is contradictory.
 */
function describePermissions(asked, where) {
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    throw new Error(`Cannot build ${where}: "permissions" of @plugin is not an object`);
  }
  const wire = rename(asked, PERMISSIONS, where);
  for (const [permission, list] of Object.entries(LISTS)) {
    const isOn = asked[permission] === true;
    const named = asked[list]?.length;
    if (isOn && named === 0) {
      throw new Error(
        `Cannot build ${where}: the permission "${permission}" is true, and "${list}" names nothing; name there what the plugin needs, or leave the list out`,
      );
    }
    if (!isOn && named > 0) {
      throw new Error(
        `Cannot build ${where}: "${list}" names something, and "${permission}" is not true; add "${permission}: true"`,
      );
    }
  }
  return wire;
}

/** `CommonFlags.Export` of the compiler, which it does not export. */
const EXPORT = 2;

function rename(object, names, where) {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      if (!Object.hasOwn(names, key)) {
        throw new Error(
          `Cannot build ${where}: @plugin does not know "${key}"; it knows ${Object.keys(names).join(', ')}`,
        );
      }
      return [names[key], value];
    }),
  );
}

function unscoped(name) {
  return name?.replace(/^@[^/]*\//, '').replace(/^plugin-/, '');
}

function authorName(author) {
  return typeof author === 'object' && author !== null ? author.name : author;
}

function withoutUndefined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
