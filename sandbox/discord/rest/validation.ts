import type { Verdict } from '../validate/form.ts';
import { ApiError } from './api-error.ts';

/** Turns the verdict of a validator into the refusal that Discord answers with. */
export const demand = (verdict: Verdict): void => {
  if (verdict.ok) return;
  const { code, message, errors } = verdict.error;
  throw new ApiError(400, code, message, errors);
};
