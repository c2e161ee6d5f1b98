// Another file stands in for this one in browsers.
export { sha256Hex } from '@testbench/host/files';
