// Another file replaces this one in browsers.
export { sha256Hex } from '@testbench/host/files';
