import { flag, text, texts } from '../command-line/flags.js';

/** Flags of every command that may ask a registry: which there are, and how the one that is asked is reached. */
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
  proxy: text(
    'url',
    'HTTP proxy on the way to the registry (default: none, whatever the environment says)',
  ),
};

/** Whom to trust, where plugins of a registry are taken. */
const TRUST_RULES = text(
  'file',
  'whom to trust for which names (default: testbench-trust.json, if it is there)',
);

/** Authorities of certificates, for signatures without a key. */
export const TRUSTED_ROOT = text(
  'file',
  'authorities of certificates and logs: trusted_root.json of Sigstore (default: "trustedRoot" of the rules)',
);

/** By what is decided who vouches for a plugin. */
export const TRUST_FLAGS = { rules: TRUST_RULES, trustedRoot: TRUSTED_ROOT };

/** Flags of commands that carry files to a registry, or from one. */
export const REGISTRY_FLAGS = {
  ...REGISTRY_PLACE_FLAGS,
  quiet: flag('no progress'),
  json: flag('print the result as JSON'),
};

/** Flags of commands that take a plugin by path or by reference. */
export const PLUGIN_SOURCE_FLAGS = { ...REGISTRY_PLACE_FLAGS, ...TRUST_FLAGS };
