/** The two ways of travel. */

export type Direction = 'request' | 'reply';
