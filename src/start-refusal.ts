/** The process can't start as it is configured; the message says in plain words what to change. Exit code 78. */
export class StartRefusal extends Error {
  override readonly name = 'StartRefusal';
}

export function isStartRefusal(error: unknown): error is StartRefusal {
  return error instanceof StartRefusal;
}
