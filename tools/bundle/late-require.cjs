// Stands for yargs' and yargs-parser's `node:module` in the bundle: they make a `require` at once, for configuration files.

exports.createRequire = (place) => (specifier) => require('node:module').createRequire(place)(specifier);
