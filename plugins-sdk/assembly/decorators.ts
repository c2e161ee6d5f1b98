/**
 * Names for the decorators that the compiler transform reads. They do nothing by themselves: the
 * transform takes their arguments at compile time, and no code is made of them.
 */

/** Marks the one class that is the plugin; its argument is the metadata. */
export function plugin<T>(metadata: T): void {}

/** Allows a text setting these values only. */
export function oneOf<T>(choices: T): void {}

/** Bounds a numeric setting, both ends included. */
export function range(least: f64, most: f64): void {}
