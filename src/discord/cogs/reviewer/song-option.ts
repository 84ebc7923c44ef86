import type { SlashCommandStringOption } from 'discord.js';
import { WAITING_LINES } from '../../../domain/submission.ts';
import { LINE_LABEL } from '../../cards/words.ts';

/** A waiting song, which autocomplete suggests. */
export function songOption(option: SlashCommandStringOption): SlashCommandStringOption {
  return option
    .setName('song')
    .setDescription('Song id such as #4F7K')
    .setRequired(true)
    .setAutocomplete(true)
    .setMaxLength(100);
}

export function reasonOption(option: SlashCommandStringOption): SlashCommandStringOption {
  return option.setName('reason').setDescription('The owner is told').setMaxLength(300);
}

export function lineOption(about: string) {
  return (option: SlashCommandStringOption): SlashCommandStringOption =>
    option
      .setName('line')
      .setDescription(about)
      .addChoices(...WAITING_LINES.map((line) => ({ name: LINE_LABEL[line], value: line })));
}
