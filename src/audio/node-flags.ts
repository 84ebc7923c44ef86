/** Minor versions from which a Node runs TypeScript without being told to; 24 and later all do. */
const STRIPS_TYPES: ReadonlyMap<number, number> = new Map([
  [22, 18],
  [23, 6],
]);

/**
 * What a Node that we start on a file of ours has to be told besides: the launcher tells the bot through the environment,
 * which our children do not get.
 * @param version as in `process.versions.node`
 */
export function typescriptFlags(version: string): readonly string[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = minor < (STRIPS_TYPES.get(major) ?? 0);
  return isOld ? ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'] : [];
}
