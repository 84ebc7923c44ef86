import { FILTERS, MAX_VOLUME, MIN_VOLUME } from '../../domain/playback.ts';
import { FILTER_NAMES } from '../../domain/setting.ts';
import type { OnAir, PlaybackStatus, PlayerStatus, VoiceTelemetry } from '../../services/snapshots.ts';
import { encodeCustomId } from '../custom-id.ts';
import {
  type ButtonLook,
  button,
  type Card,
  type CardFile,
  container,
  menu,
  openButtons,
  row,
  text,
  textCard,
} from './card.ts';
import { publicOnAirText } from './on-air-card.ts';
import { clockTime, plain, relativeTime } from './words.ts';

const BAR_CELLS = 16;

/** Where the song is now: it goes on from the last known position only while it plays, and never past its end. */
export function positionNow(player: PlayerStatus, now: number): number | null {
  if (player.kind === 'idle' || player.kind === 'failed') return null;
  const position = player.kind === 'playing' ? player.positionMs + Math.max(0, now - player.at) : player.positionMs;
  return Math.min(position, player.durationMs ?? position);
}

export function progressBar(positionMs: number, durationMs: number): string {
  const share = durationMs <= 0 ? 0 : Math.min(1, Math.max(0, positionMs / durationMs));
  const at = Math.min(BAR_CELLS - 1, Math.floor(share * BAR_CELLS));
  return `${'▬'.repeat(at)}🔘${'▬'.repeat(BAR_CELLS - 1 - at)}`;
}

const STATE_EMOJI = { loading: '⏳', playing: '▶️', paused: '⏸️', recovering: '🟠' } as const;

export function playerText({ player, volume, filters, voice }: PlaybackStatus, now: number): string {
  const extras = [`🔊 ${volume}%`, ...(filters.length === 0 ? [] : [filters.join(', ')])].join(' · ');
  const where =
    voice.kind === 'away'
      ? 'not in a voice channel'
      : `<#${voice.channelId}>${voice.kind === 'ready' ? '' : ` (${voice.kind})`}`;
  // What is set counts for the next song, too.
  if (player.kind === 'idle') return `⏹️ Nothing is playing · ${extras} · ${where}`;
  if (player.kind === 'failed') return `⚠️ ${plain(player.why, 160)} · ${extras} · ${where}`;
  const position = positionNow(player, now) ?? 0;
  const bar = player.durationMs === null ? '' : `\n${progressBar(position, player.durationMs)}`;
  const total = player.durationMs === null ? '' : ` / ${clockTime(player.durationMs)}`;
  return `${STATE_EMOJI[player.kind]} ${clockTime(position)}${total} · ${extras} · ${where}${bar}`;
}

/** One button that says what it will do: pressed twice, it does that once. */
export function pauseOrPlay({ player }: PlaybackStatus, playId: number, look: ButtonLook) {
  return player.kind === 'playing'
    ? button('Pause', encodeCustomId('voice.pause', playId), { ...look, emoji: '⏸️' })
    : button('Play', encodeCustomId('voice.play', playId), { ...look, emoji: '▶️' });
}

/**
 * The now-playing panel.
 * @param waveform a PNG of the song, when there is one
 * @param allowed filters that the server allows: others are not offered
 */
export function nowPlayingCard(
  onAir: OnAir | null,
  status: PlaybackStatus,
  now: number,
  waveform: Uint8Array | null = null,
  allowed: readonly string[] = FILTER_NAMES,
): Card {
  const playId = onAir?.playId ?? 0;
  const sounds = status.player.kind !== 'idle' && status.player.kind !== 'failed';
  const files: CardFile[] = waveform === null ? [] : [{ name: 'waveform.png', bytes: waveform }];
  const track = onAir?.submission.track;
  return {
    components: [
      container(onAir === null ? 'quiet' : 'good', [
        text(onAir === null ? '## 🎧 Now playing\nNothing on air.' : `## 🎧 Now playing\n${publicOnAirText(onAir)}`),
        ...(waveform === null ? [] : [{ type: 12 as const, items: [{ media: { url: 'attachment://waveform.png' } }] }]),
        text(playerText(status, now)),
        row(
          pauseOrPlay(status, playId, { style: 'primary', disabled: onAir === null }),
          button('Stop', encodeCustomId('voice.stop', playId), { emoji: '⏹️', disabled: !sounds }),
          button('Skip track', encodeCustomId('reviewer.next', playId), { emoji: '⏭️' }),
          button('Bookmark', encodeCustomId('song.bookmark', onAir?.submission.id ?? 0), {
            emoji: '🔖',
            disabled: onAir === null || onAir.submission.bookmarked,
          }),
          ...(track?.kind === 'link' ? openButtons(track.url) : []),
        ),
        row(
          button('−15 s', encodeCustomId('voice.seek', playId, 'back'), { emoji: '⏪', disabled: !sounds }),
          button('+15 s', encodeCustomId('voice.seek', playId, 'on'), { emoji: '⏩', disabled: !sounds }),
          button('Quieter', encodeCustomId('voice.volume', 'down'), {
            emoji: '🔉',
            disabled: status.volume <= MIN_VOLUME,
          }),
          button('Louder', encodeCustomId('voice.volume', 'up'), {
            emoji: '🔊',
            disabled: status.volume >= MAX_VOLUME,
          }),
        ),
        ...filterMenu(status, allowed),
      ]),
    ],
    ...(files.length === 0 ? {} : { files }),
  };
}

/** Any number of filters; the chosen ones are marked. One that is not allowed any more can still be switched off. */
function filterMenu({ filters }: PlaybackStatus, allowed: readonly string[]) {
  const offered = FILTER_NAMES.filter((name) => allowed.includes(name) || filters.includes(name));
  if (offered.length === 0) return [];
  const options = offered.map((name) => ({
    label: name,
    value: name,
    description: FILTERS[name].about,
    selected: filters.includes(name),
  }));
  const choice = menu(encodeCustomId('voice.filters'), 'Filters: none', options);
  return [row({ ...choice, min_values: 0, max_values: options.length })];
}

export function playbackAnswer(status: PlaybackStatus, now: number): Card {
  return textCard('brand', playerText(status, now));
}

/** The answer to `/join`: where the bot is, and how something is heard there. */
export function joinedCard(status: PlaybackStatus, onAir: OnAir | null, now: number): Card {
  const { voice, player } = status;
  const where = voice.kind === 'away' ? '' : `🔊 Joined <#${voice.channelId}>.\n`;
  const next =
    player.kind !== 'idle'
      ? ''
      : onAir === null
        ? '\n-# **Next** takes the first song and plays it here.'
        : `\n-# \`#${onAir.submission.publicId}\` is on air: \`/play\` starts it.`;
  return textCard('brand', `${where}${playerText(status, now)}${next}`);
}

export function voiceStatusCard(status: PlaybackStatus, telemetry: VoiceTelemetry, now: number): Card {
  const { voice } = status;
  const codes = telemetry.lastCloseCodes.map(({ code, at }) => `${code} ${relativeTime(at)}`).join(', ');
  const state =
    voice.kind === 'away'
      ? `🔴 Away${voice.why === null ? '' : `: ${plain(voice.why, 160)}`}`
      : `${voice.kind === 'ready' ? '🟢 Ready' : voice.kind === 'joining' ? '🟠 Joining' : `🟠 Recovering, try ${voice.attempt}`} in <#${voice.channelId}>`;
  return textCard(
    voice.kind === 'ready' ? 'good' : voice.kind === 'away' ? 'bad' : 'warn',
    [
      `### Voice\n${state}`,
      `Ping ${telemetry.pingMs === null ? '?' : `${Math.round(telemetry.pingMs)} ms`} · reconnects ${telemetry.reconnects} · attempts ${telemetry.attempts}`,
      `Last close codes: ${codes === '' ? 'none' : codes}`,
      ...(telemetry.coolDownUntil === null ? [] : [`Cooling down, next try ${relativeTime(telemetry.coolDownUntil)}`]),
      playerText(status, now),
    ].join('\n'),
  );
}
