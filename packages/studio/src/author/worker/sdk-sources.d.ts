/** Sources of `@testbench/plugins-sdk` by their path in it; put in when the worker is built. */
declare module 'virtual:sdk-sources' {
  export const SDK_SOURCES: Readonly<Record<string, string>>;
}
