// Running modules that were metered before needs no more than this.
export { attachMeter } from '@testbench/metering';
