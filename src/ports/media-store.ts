/** Rows about stored files; the bytes lie in the media folder. */
export interface MediaReads {
  /** A file that was stored and has not been deleted since. */
  has(sha256: string): Promise<boolean>;
}

export interface MediaStore extends MediaReads {}
