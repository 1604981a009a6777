// Stands for `node:tty` in the bundle, which brings all of Node's networking along: the streams know what they are.

exports.isatty = (descriptor) => {
  if (descriptor === 1) return process.stdout.isTTY === true;
  if (descriptor === 2) return process.stderr.isTTY === true;
  return require('node:tty').isatty(descriptor);
};
