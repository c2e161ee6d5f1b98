// oxlint-disable-next-line unicorn/prefer-node-protocol -- the package of this name, for browsers
export { EventEmitter } from 'events';
