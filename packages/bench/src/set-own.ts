/** Sets a property of an object that may have any name: plain assignment to `__proto__` would set the prototype. */
export function setOwn<T>(object: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true });
}
