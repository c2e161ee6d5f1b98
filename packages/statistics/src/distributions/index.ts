/**
 * Distributions: tails and quantiles.
 *
 * @packageDocumentation
 */
export { betaQuantile } from './beta.js';
export { binomialLowerTail } from './binomial.js';
export { chiSquareUpperTail } from './chi-square.js';
export { type Draw, hypergeometricUpperTail } from './hypergeometric.js';
export { normalLowerTail, normalQuantile, normalTwoSided, normalUpperTail } from './normal.js';
export { studentQuantile, studentTwoSided } from './student.js';
