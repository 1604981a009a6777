// Stands for yargs' `assert` in the bundle: Node's own, which takes long to load, is loaded when there is something to throw.

exports.strictEqual = (actual, expected, message) => {
  if (!Object.is(actual, expected)) require('node:assert').strictEqual(actual, expected, message);
};

exports.notStrictEqual = (actual, expected, message) => {
  if (Object.is(actual, expected)) require('node:assert').notStrictEqual(actual, expected, message);
};
