// Rule of oxlint: what a class keeps to itself is called `#name`, which nothing outside can reach; TypeScript's `private` stays for
// constructors, where JavaScript has no word for it.
const report = (context, node) => {
  if (node.accessibility !== 'private' || node.kind === 'constructor') return;
  context.report({ node, message: 'Call it `#name`: `private` is for constructors alone.' });
};

export default {
  meta: { name: 'house' },
  rules: {
    'private-names': {
      create: (context) => ({
        PropertyDefinition: (node) => report(context, node),
        AccessorProperty: (node) => report(context, node),
        MethodDefinition: (node) => report(context, node),
        TSParameterProperty: (node) => report(context, node),
      }),
    },
  },
};
