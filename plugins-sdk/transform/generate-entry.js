/**
 * Writes the module's entry: the contract's exports, each one line that calls the library.
 *
 * @param {ReturnType<import('./describe-plugin.js').describePlugin>} plugin
 * @param {Uint8Array} metadata Bytes that `plugin_metadata` returns; the custom section contains the same bytes.
 * @param {string} contract Path of the library's contract module.
 */
export function generateEntry(plugin, metadata, contract) {
  const { className, config, path } = plugin;
  return `
import { ConfigReader, allocateBlock, copyToHost, execute, executeBatch, readInput, release, start, stop, takeFailure } from ${JSON.stringify(contract)};
import { ${className} } from ${JSON.stringify(`./${path}`)};

const METADATA: usize = memory.data<u8>([${metadata.join(',')}]);
const instance: ${className} = new ${className}();

export function plugin_alloc(size: usize): usize { return allocateBlock(size); }
export function plugin_free(ptr: usize, size: usize): void { release(ptr); }
export function plugin_metadata(): i64 { return copyToHost(METADATA, ${metadata.length}); }
export function plugin_init(ptr: usize, len: usize): i32 {
  takeFailure();
  const reader = new ConfigReader(readInput(ptr, len));
${config ? readSettings(config) : '  reader.none();'}
  return start(instance);
}
export function plugin_execute(ptr: usize, len: usize): i64 { return execute(instance, ptr, len); }
export function plugin_execute_batch(ptr: usize, len: usize): i64 { return executeBatch(instance, ptr, len); }
export function plugin_health(): i32 { return instance.healthy() ? 0 : -1; }
export function plugin_shutdown(): i32 { return stop(instance); }
`;
}

function readSettings({ settings }) {
  const lines = settings.map((setting) => `  config.${setting.name} = ${readSetting(setting)};`);
  return [
    '  const config = instance.config;',
    `  reader.only([${settings.map(({ name }) => JSON.stringify(name)).join(', ')}]);`,
    ...lines,
  ].join('\n');
}

function readSetting({ name, type, choices, least, most }) {
  const key = JSON.stringify(name);
  const fallback = `config.${name}`;
  const bounds = `${bound(least, '-Infinity')}, ${bound(most, 'Infinity')}`;
  switch (type) {
    case 'string':
      return choices
        ? `reader.oneOf(${key}, ${JSON.stringify(choices)}, ${fallback})`
        : `reader.string(${key}, ${fallback})`;
    case 'bool':
    case 'boolean':
      return `reader.boolean(${key}, ${fallback})`;
    case 'i32':
      return `reader.integer(${key}, ${fallback}, ${bounds})`;
    case 'string[]':
      return `reader.strings(${key}, ${fallback})`;
    case 'f64[]':
      return `reader.numbers(${key}, ${fallback})`;
    case 'Json':
      return `reader.any(${key})`;
    default:
      return `reader.number(${key}, ${fallback}, ${bounds})`;
  }
}

function bound(value, fallback) {
  return value === undefined ? fallback : `<f64>${value}`;
}
