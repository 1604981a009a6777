/** Oddities of frames that are no damage: one sentence each, said once a file. */

export const originalBelowCaptured = 'original length below captured length';
export const snapLengthZero = 'snapshot length 0';
export const beyondSnapLength = 'captured length above the snapshot length';
export const fractionBeyondSecond = 'timestamp fraction of a second or more';
export const secondsBeyond2038 = 'timestamp after January 2038';
export const timestampOutOfRange = 'timestamp too far from 1970 to be shown';
export const withoutTimestamp = 'frames without a timestamp (simple packet blocks)';
export const namesShortened = 'interface names shortened: at most 256 octets of each are kept';
export const commentsShortened = 'frame comments shortened: at most 16 a frame and 4096 octets each are kept';
export const blockLengthUnpadded = 'block lengths that are no multiple of 4';
export const numberedNotRead = 'records that are no frames, numbered as Wireshark numbers them';
