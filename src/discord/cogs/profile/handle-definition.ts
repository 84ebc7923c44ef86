import { SlashCommandBuilder, type SlashCommandOptionsOnlyBuilder } from 'discord.js';

/** A command about one TikTok handle, which autocomplete suggests. */
export function handleDefinition(name: string, about: string): SlashCommandOptionsOnlyBuilder {
  return new SlashCommandBuilder()
    .setName(name)
    .setDescription(about)
    .addStringOption((option) =>
      option.setName('tiktok_handle').setDescription('@name').setRequired(true).setAutocomplete(true).setMaxLength(100),
    );
}
