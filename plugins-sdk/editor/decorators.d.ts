/** What a plugin says of itself. What is left out comes from `package.json`, from the class that it extends, or from `config`. */
export interface PluginDeclaration {
  /** @default the package's name, without its scope and `plugin-` */
  name?: string;
  /** Semantic version. @default that of the package */
  version?: string;
  /** One sentence. @default that of the package */
  description?: string;
  /** @default that of the package */
  author?: string;
  /** Needed by a class that extends `Plugin` itself. */
  type?: 'evaluator' | 'provider' | 'transform' | 'filter' | 'custom';
  /** Words by which it is found, such as `text_evaluation`. */
  capabilities?: string[];
  /** Version of the wire contract. @default '1.0.0' */
  apiVersion?: string;
  /** Oldest version of the wire contract that a host must have. */
  minContractVersion?: string;
  homepage?: string;
  /** SPDX identifier. @default that of the package */
  license?: string;
  /** Anything else, for those who read the metadata. */
  custom?: object;
  /** Plugins that must be installed with this one: name to range of versions. */
  dependencies?: object;
  /** JSON Schema of the configuration. @default made of the class of `config` */
  configSchema?: object;
  /** What it asks the host for. The host decides what it gets. */
  permissions?: PluginPermissions;
  /** How the host should count fuel. @default 'coarse' */
  metering?: 'coarse' | 'exact';
  /** True if calls may answer with questions to the host. `AskingEvaluator` and `AskingProvider` say so by themselves. */
  asking?: boolean;
  /** `'sums'` if it scores whole sets by sums of metrics. `CorpusEvaluator` says so by itself. */
  aggregate?: 'sums';
  /** Fields of the data that it reads, such as `['expected']`: a benchmark leaves out the others. `output` of an evaluator comes in any case. @default all of them */
  reads?: string[];
}

/** What a plugin asks for. A permission without its list leaves it to the host what the permission covers. */
export interface PluginPermissions {
  filesystem?: boolean;
  network?: boolean;
  envVars?: boolean;
  hostFunctions?: boolean;
  /** Directories; needs `filesystem`. */
  allowedDirs?: string[];
  /** Hosts, such as `api.example.com`; needs `network`. */
  allowedHosts?: string[];
  /** Environment variables; needs `envVars`. */
  allowedEnv?: string[];
  /** Host functions of the host's own; needs `hostFunctions`. */
  allowedHostFunctions?: string[];
}

/**
 * Marks the one class that is the plugin. The arguments must be literals: they are read when the plugin is built.
 */
export declare function plugin(metadata: PluginDeclaration): (target: unknown) => void;

/** Lets a text setting have one of these values only. */
export declare function oneOf(choices: string[]): (target: unknown, key: string) => void;

/** Bounds a numeric setting, both ends included. */
export declare function range(least: number, most: number): (target: unknown, key: string) => void;
