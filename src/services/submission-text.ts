import type { Failure } from '../domain/failure.ts';
import { TEXT_LIMITS } from '../domain/submission.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { cleanText, cutText, textLength } from '../lib/text.ts';

export interface SongTexts {
  readonly artist: string;
  readonly title: string;
  readonly note: string;
}

/** Cleaned; what is too long is refused, never cut: the member should see what will stand there. */
export function readTexts(typed: SongTexts): Result<SongTexts, Failure> {
  const texts = { artist: cleanText(typed.artist), title: cleanText(typed.title), note: cleanText(typed.note) };
  for (const [field, max] of Object.entries(TEXT_LIMITS) as [keyof SongTexts, number][]) {
    if (textLength(texts[field]) > max) return err({ code: 'text-too-long', field, max });
  }
  return ok(texts);
}

/** A display name as it is kept with the song. */
export function ownerNameOf(displayName: string): string {
  return cutText(cleanText(displayName), TEXT_LIMITS.artist) || 'Somebody';
}

/** What a tag or a platform says, usable as a title; null when it says nothing. */
export function foundTitle(text: string | undefined): string | null {
  return cutText(cleanText(text ?? ''), TEXT_LIMITS.title) || null;
}

/** A file's name without folders and ending; null when nothing is left of it. */
export function titleFromFileName(name: string): string | null {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  return foundTitle(base.replace(/\.[a-z0-9]{1,5}$/i, '').replaceAll('_', ' '));
}

/** As shown beside the song: no folders, one line. */
export function shownFileName(name: string): string {
  return cutText(cleanText(name.split(/[/\\]/).at(-1) ?? ''), 100) || 'file';
}
