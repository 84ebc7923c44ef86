declare module 'pngjs' {
  /** Eight bits per channel, red, green, blue, alpha, row by row. */
  export const PNG: {
    readonly sync: {
      read(file: Uint8Array): { readonly width: number; readonly height: number; readonly data: Uint8Array };
    };
  };
}
