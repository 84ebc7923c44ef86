import type { Failure, FailureCode, VoiceTrouble } from '../../domain/failure.ts';
import type { LiveRefusal } from '../../domain/live-refusal.ts';
import { isWaiting } from '../../domain/submission.ts';
import { type Card, textCard } from './card.ts';
import { aboutTime, clockTime, LINE_LABEL, person, plain, plural, verbatim } from './words.ts';

type Wording = { readonly [C in FailureCode]: (failure: Extract<Failure, { code: C }>) => string };

/** As Discord and the setting count them: 1,048,576 bytes. A file is never said to be as small as the limit it is over. */
const MEGABYTE = 1_048_576;
/** As many as are taken where nothing was set. */
const HOSTS_NAMED = 14;
const codeList = (ids: readonly string[]) => ids.map((id) => `\`#${id}\``).join(', ');
const lineLabel = (line: string) =>
  Object.hasOwn(LINE_LABEL, line) ? LINE_LABEL[line as keyof typeof LINE_LABEL].toLowerCase() : line;

const VOICE_TROUBLE = {
  'no-permission': 'I may not connect or speak there. Give me **Connect** and **Speak** in that channel and try again.',
  full: 'That voice channel is full. Raise its user limit or give me **Move Members**.',
  timeout:
    'Discord did not answer in time. Check that I may see, join and speak in that channel, then try `/join` again.',
  kicked: 'I was disconnected by a moderator and stay away until somebody uses `/join`.',
  encryption:
    "Discord's voice server refused the encrypted call (code 4017). Update the bot; nothing will play until then.",
  gone: 'That voice channel does not exist any more. Use `/join` in another one.',
  'rate-limited': 'Discord asks me to slow down with voice. I try again by myself after a pause.',
  lost: 'The voice connection keeps dropping. I take a break and try again; `/voicestatus` shows when.',
} as const satisfies Record<VoiceTrouble, string>;

/** Why a LIVE could not be entered, as a sentence for people. */
export function refusalText(host: string, refusal: LiveRefusal): string {
  const name = `**@${plain(host)}**`;
  switch (refusal.kind) {
    case 'offline':
      return `${name} is not live right now. Use \`persistent: True\` and I wait for the stream to start.`;
    case 'unknown-user':
      return `I can't find a TikTok LIVE for ${name}. Check the spelling; accounts that never went live look the same to me.`;
    case 'sign-refused':
      return `The TikTok sign server refused the request (HTTP ${refusal.status}). Check \`TIKTOK_SIGN_API_KEY\`, or try again in a few minutes.`;
    case 'rate-limited':
      return refusal.retryAfterMs > 0
        ? `The TikTok sign server asks to wait ${aboutTime(refusal.retryAfterMs)}. A key in \`TIKTOK_SIGN_API_KEY\` raises the limit.`
        : 'The TikTok sign server asks to slow down. Try again in a minute; a key in `TIKTOK_SIGN_API_KEY` raises the limit.';
    case 'blocked':
      return `TikTok blocks the connection from this machine (${plain(refusal.detail, 60)}). It often passes by itself in a while.`;
    case 'age-restricted':
      return `${name}'s stream is age-restricted or private, so it can't be followed. Lift the restriction in the LIVE settings.`;
    case 'network':
      return `TikTok can't be reached at the moment (${plain(refusal.detail, 60)}). Try again in a minute.`;
  }
}

const WORDING: Wording = {
  'not-reviewer': () => 'Only reviewers can do that. Ask an admin for the reviewer role (`/setup`).',
  'not-admin': () => 'Only people with **Manage Server** can do that.',
  'not-yours': (f) => `\`#${f.publicId}\` is not your song, so nothing was changed.`,
  'slow-down': (f) => `That was quick! Please wait ${Math.max(1, Math.ceil(f.retryAfterMs / 1000))} s and try again.`,
  'guild-only': () => 'That works inside a server only.',
  'nothing-submitted': () => 'Nothing to submit yet: give **either** a link **or** a file.',
  'no-song-in-message': () =>
    'Nothing to submit there: that message has no link and no audio file. `/submit` takes either.',
  'link-and-file': () => 'Please give a link **or** a file, not both.',
  'link-invalid': (f) =>
    ({
      'not-a-link': "That doesn't look like a link. It should start with `https://`.",
      'not-https':
        'Only links that begin with `https://` are taken. Copy it again with the Share button of the platform.',
      'has-credentials': 'Links with a user name, password or port in them are not taken.',
      'too-long': 'That link is too long. Paste the short share link of the platform.',
    })[f.why],
  'link-host-refused': (f) =>
    f.allowed.length === 0
      ? 'Links are not taken here. Submit the song as a **file** instead.'
      : `Links to **${plain(f.host, 60)}** are not taken here. Taken: ${f.allowed
          .slice(0, HOSTS_NAMED)
          .map((host) => plain(host, 40))
          .join(', ')}${f.allowed.length > HOSTS_NAMED ? ` and ${f.allowed.length - HOSTS_NAMED} more` : ''}.`,
  'link-apple': () =>
    'Apple Music and iTunes links are locked to their app, so the show could not play them. Send the song from another platform, or as a file.',
  'link-not-a-song': (f) =>
    `That ${plain(f.platform, 30)} link does not lead to one song. Share the link of the song itself.`,
  'text-too-long': (f) => `${plain(f.field, 30)} is too long: at most ${f.max} characters.`,
  'line-closed': (f) =>
    f.line === 'free'
      ? 'Free submissions are closed right now. Come back when the reviewer opens them.'
      : `The ${lineLabel(f.line)} line is closed right now. Come back when the reviewer opens it.`,
  'limit-reached': (f) =>
    `You already have ${plural(f.waiting.length, 'song')} in the ${lineLabel(f.line)} line (${codeList(f.waiting)}); the limit is ${f.limit}. Withdraw one with \`/mysubmissions\`, or wait until one was played.`,
  'already-waiting': (f) => `You already submitted this song: it waits as \`#${f.publicId}\`. Nothing was added.`,
  'question-expired': (f) =>
    f.line === 'withdrawn'
      ? `That question has expired, so \`#${f.publicId}\` was not kept. Submit it again if you like.`
      : `That question has expired; ${isWaiting(f.line) ? `\`#${f.publicId}\` stays where it is. A reviewer can still move it.` : `\`#${f.publicId}\` does not wait any more.`}`,
  'file-too-big': (f) =>
    `That file is too big${f.bytes === null ? '' : ` (${Math.ceil(f.bytes / MEGABYTE)} MB)`}: at most ${Math.floor(f.maxBytes / MEGABYTE)} MB. Upload it somewhere and submit the **link** instead.`,
  'file-empty': () => 'That file is empty. Please upload it again.',
  'file-not-audio': (f) =>
    `That is not an MP3, WAV, M4A or FLAC file${f.looksLike === null ? '' : ` (it looks like ${plain(f.looksLike, 30)})`}. The content counts, not the name: please export it as one of those.`,
  'file-has-video': () => 'That file holds a video. Please send the audio only (MP3, WAV, M4A or FLAC).',
  'file-broken': () => 'That file is damaged or incomplete and could not be read to its end. Please export it again.',
  'file-length': (f) =>
    `That song is ${clockTime(f.durationMs)} long. Taken are songs from ${clockTime(f.minMs)} to ${clockTime(f.maxMs)}.`,
  'file-unreachable': () =>
    'Discord did not hand over that file. Please upload it again; if that keeps failing, submit a link.',
  'file-host-refused': () =>
    "That file does not come from Discord's own storage, so it was not fetched. Please upload it here.",
  'disk-full': () =>
    'The disk of the bot is full, so the file could not be kept. Staff has been told; a **link** can be submitted meanwhile.',
  'file-gone': (f) =>
    `The file of \`#${plain(f.publicId, 12)}\` is not kept any more. Please upload it again with \`/submit\`.`,
  'no-such-song': (f) =>
    `There is no song ${verbatim(`#${f.asked}`, 13)} here. Check its id, or choose one of those that are suggested.`,
  'song-not-waiting': (f) =>
    f.line === 'archive'
      ? `\`#${f.publicId}\` was just played${f.by === null ? '' : ` by ${person(f.by)}`}. Nothing was changed.`
      : `\`#${f.publicId}\` does not wait any more (${lineLabel(f.line)}). Nothing was changed.`,
  'song-already-there': (f) => `\`#${f.publicId}\` already stands in the ${lineLabel(f.line)} line.`,
  'song-not-pending': (f) => `\`#${f.publicId}\` is not waiting for approval any more (${lineLabel(f.line)}).`,
  'queue-empty': (f) =>
    f.pending > 0
      ? `The queue is empty, but ${plural(f.pending, 'skip claim')} ${f.pending === 1 ? 'waits' : 'wait'} for approval.`
      : 'The queue is empty. Time to ask for songs!',
  'just-played': (f) =>
    `\`#${f.publicId}\` **${plain(f.title)}** was just played by ${person(f.by)}, so nothing was changed. Press again to go on from there.`,
  'nothing-to-undo': () => 'There is nothing to undo.',
  'undo-too-late': (f) =>
    `\`#${f.publicId}\` can't be put back any more. Its owner can send it again with \`/mysubmissions\`.`,
  'nothing-to-clear': () => 'The free line is already empty.',
  'handle-invalid': (f) =>
    `${verbatim(f.asked, 40)} can't be a TikTok handle. Type it like \`@name\`: letters, digits, dots and underscores.`,
  'handle-taken': (f) =>
    `**@${plain(f.name)}** is linked to somebody else. If it is your account, ask staff to link it to you.`,
  'handle-not-seen': (f) =>
    `**@${plain(f.name)}** was never seen in a LIVE here. Say something in the LIVE chat first, then link it.`,
  'handle-unknown': (f) =>
    `I don't know a handle **@${plain(f.name)}** here. Check the spelling: I know those that were linked, or seen in a LIVE.`,
  'handle-not-linked': (f) =>
    `**@${plain(f.name)}** is not linked to ${f.staff === true ? 'anybody' : 'you. `/my-tiktok-handles` shows yours'}.`,
  'handle-already-yours': (f) =>
    `**@${plain(f.name)}** is already linked to ${f.staff === true ? 'that member' : 'you'}.`,
  'handle-limit': (f) => `You can link at most ${plural(f.limit, 'handle')}. Unlink one first: \`/unlink-tiktok\`.`,
  'choose-one': (f) => `Choose exactly one of ${f.options.map((option) => `\`${option}\``).join(', ')}.`,
  'confirm-expired': () => 'That confirmation has expired. Start again.',
  'live-name-invalid': (f) =>
    `${verbatim(f.asked, 60)} can't be a TikTok name. Give \`name\`, \`@name\` or the profile's address.`,
  'live-already': (f) =>
    f.state === 'live'
      ? `Already connected to **@${plain(f.host)}**. Use \`/tiktok disconnect\` first.`
      : `Already trying to reach **@${plain(f.host)}**. Use \`/tiktok disconnect\` to stop that.`,
  'live-not-connected': () => 'There is no TikTok connection to end. `/tiktok connect` starts one.',
  'live-refused': (f) => refusalText(f.host, f.refusal),
  'no-such-session': (f) =>
    `There is no show ${verbatim(f.asked, 20)} here. Choose one of those that \`/metrics\` suggests.`,
  'no-sessions': () => 'There has been no show yet. Start one with `/tiktok connect`.',
  'no-such-gift': () => 'There is no such gift in the ledger any more. `/gifts` shows it anew.',
  'gift-already-reversed': () => 'That gift was already reversed.',
  'not-in-voice': () => 'Join a voice channel first, then use `/join`, or name one.',
  'voice-unreachable': (f) => VOICE_TROUBLE[f.why],
  'nothing-playing': () => 'Nothing is playing. **Next** puts a song on air, `/play` starts the one that is.',
  'not-joined': () => "I'm in no voice channel. Use `/join` first.",
  'still-preparing': (f) => `\`#${f.publicId}\` is still being prepared; it starts by itself in a moment.`,
  unplayable: (f) =>
    `\`#${f.publicId}\` can't be played here: ${plain(f.why, 120)}. The show goes on; open it by hand${f.url === null ? '' : ' with the Open button'}.`,
  'position-invalid': (f) =>
    `${verbatim(f.asked, 20)} is no position${f.durationMs === null ? '' : ` in a song of ${clockTime(f.durationMs)}`}. Use \`1:23\` or seconds.`,
  'filter-not-allowed': (f) =>
    `The filter **${plain(f.filter, 30)}** is not allowed here. An admin can allow it: \`/settings set\` \`playback.filters\`.`,
  'setting-unknown': (f) => `There is no setting ${verbatim(f.key, 60)}. \`/settings show\` lists them all.`,
  'setting-invalid': (f) => `${verbatim(f.key, 60)} was not changed: ${plain(f.why, 200)}.`,
  'missing-permissions': (f) =>
    `In <#${f.channelId}> I'm missing: ${f.permissions.map((name) => `**${plain(name, 40)}**`).join(', ')}. Grant that and try again.`,
  'missing-guild-permissions': (f) =>
    `I'm missing ${f.permissions.map((name) => `**${plain(name, 40)}**`).join(', ')} in this server. Give my role that, or make the channels yourself and choose them.`,
  'channels-full': () => 'This server has no room for more channels. Delete some, or choose existing ones.',
  'discord-unavailable': () => 'Discord has trouble at the moment. Nothing is lost; please try again in a minute.',
  'channel-unusable': (f) =>
    ({
      gone: 'That channel does not exist any more. Choose another one.',
      hidden: `I can't see <#${f.channelId}>. Give me **View Channel** there and try again.`,
      'wrong-kind': `<#${f.channelId}> is not a text channel. Choose a text channel.`,
    })[f.why],
  'not-set-up': (f) => `That is not set up yet: somebody with **Manage Server** uses ${f.command} first.`,
  'panel-outdated': () =>
    'That button is of an older version of this message, so nothing was changed. Please use the newest one.',
  'command-unknown': () => "I don't have that command any more. `/help` shows what there is.",
  'text-blocked': () =>
    "Discord's filter does not let me show the answer: a song, a name or a link in it is blocked. `/queue` and the panels show how things stand.",
  'nothing-stored': () => 'Nothing is stored about you here.',
  'store-unavailable': () => "I can't write to my disk right now, so nothing was changed. Staff has been told.",
};

export function failureText(failure: Failure): string {
  // The map is complete by its type; the cast only joins the union's halves again.
  return (WORDING[failure.code] as (failure: Failure) => string)(failure);
}

/** @returns a refusal in plain words: sent ephemerally, it changed nothing */
export function failureCard(failure: Failure): Card {
  return textCard('warn', failureText(failure));
}
