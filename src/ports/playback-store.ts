/** What each guild's player does, so that a restart resumes at the same second. */
export type PlaybackReads = object;

export type PlaybackStore = PlaybackReads;
