import type { SlashCommandStringOption } from 'discord.js';

export function ownHandleOption(option: SlashCommandStringOption): SlashCommandStringOption {
  return option
    .setName('tiktok_handle')
    .setDescription('Your TikTok handle, so that your points count')
    .setAutocomplete(true)
    .setMaxLength(100);
}
