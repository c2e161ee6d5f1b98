import { flag, text, texts } from '../command-line/flags.js';

/** Flags of commands that talk to a registry. */
export const REGISTRY_FLAGS = {
  plainHttp: flag('talk to the registry without TLS (default: only on this machine)'),
  ca: text('file', 'private authority of the registry, in PEM'),
  trustedHost: texts(
    'host',
    'a host that the registry may lead to, as for tokens or blobs; may be given several times',
  ),
  quiet: flag('no progress'),
  json: flag('print the result as JSON'),
};
