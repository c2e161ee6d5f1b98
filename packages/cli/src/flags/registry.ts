import { flag, text, texts } from '../command-line/flags.js';

/** Flags of every command that may contact a registry: which registries exist, and how to reach them. */
export const REGISTRY_PLACE_FLAGS = {
  registries: text(
    'file',
    'which registries there are, and which names come from which (default: testbench.registries.json)',
  ),
  plainHttp: flag('talk to the registry without TLS (default: only on this machine)'),
  ca: text('file', 'private authority of the registry, in PEM'),
  trustedHost: texts(
    'host',
    'a host that the registry may lead to, as for tokens or blobs; may be given several times',
  ),
  credentials: text(
    'file',
    "names and passwords, in a file as docker login writes it (default: Docker's own)",
  ),
  proxy: text('url', 'HTTP proxy for the registry (default: none; the environment is ignored)'),
};

/** Trust settings of commands that use plugins from a registry. */
const TRUST_RULES = text(
  'file',
  'whom to trust for which names (default: testbench-trust.json, if it is there)',
);

/** Certificate authorities, for keyless signatures. */
export const TRUSTED_ROOT = text(
  'file',
  'authorities of certificates and logs: trusted_root.json of Sigstore (default: "trustedRoot" of the rules)',
);

/** The rules that decide which signers to trust. */
export const TRUST_FLAGS = { rules: TRUST_RULES, trustedRoot: TRUSTED_ROOT };

/** Flags of commands that transfer files to or from a registry. */
export const REGISTRY_FLAGS = {
  ...REGISTRY_PLACE_FLAGS,
  quiet: flag('no progress'),
  json: flag('print the result as JSON'),
};

/** Flags of commands that take a plugin by path or by reference. */
export const PLUGIN_SOURCE_FLAGS = { ...REGISTRY_PLACE_FLAGS, ...TRUST_FLAGS };
