/** Where the outcome of a suite is kept for reporters. */
export const META = 'testbench';
