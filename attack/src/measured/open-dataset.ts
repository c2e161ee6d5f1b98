// Opens a data set, and reports how many records it has, or why it is invalid.
import { PluginError } from '@testbench/bench';
import { openDataset, parseDatasetConfig } from '@testbench/bench/dataset';

let result: object;
try {
  await using dataset = await openDataset(parseDatasetConfig({ path: process.argv[2] }));
  result = { count: dataset.count };
} catch (error) {
  const code = PluginError.is(error) ? error.code : 'none';
  result = { code, message: error instanceof Error ? error.message : String(error) };
}
console.log(JSON.stringify(result));
