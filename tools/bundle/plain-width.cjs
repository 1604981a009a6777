// Stands before cli-table3's `string-width` in the bundle: that package builds a very large expression to find emoji, which
// takes longer than everything else a short report needs.

/** Printable ASCII and the signs of our own tables: one column each, in whatever order they stand. */
const plain = /^[ -~·–…→≈✓✗]*$/;

module.exports = (text) => (typeof text === 'string' && plain.test(text) ? text.length : require('string-width')(text));
module.exports.plain = plain;
