// Rule of oxlint: private members of a class are called `#name`, which nothing outside can reach; TypeScript's `private` remains for
// constructors, for which JavaScript has no private names.
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
