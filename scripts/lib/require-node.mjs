// Imported first and for its effect: a Node that is too old should be reported, instead of failing on the first
// newer function. Kept to syntax that Node 14 parses, as are the modules that import it.
const lowest = 20;

if (Number(process.versions.node.split('.')[0]) < lowest) {
  console.error(
    `Cannot start: this is Node ${process.versions.node}, Node ${lowest} or newer is needed.\n` +
      'Install a current Node from https://nodejs.org or with your version manager, then run the command again.',
  );
  process.exit(1);
}
