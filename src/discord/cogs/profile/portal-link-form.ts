import type { APIModalInteractionResponseCallbackData } from 'discord.js';
import { type ComponentModule, refusal } from '../../answer.ts';
import type { Services } from '../services.ts';
import { linkHandle } from './link-handle.ts';

/** The portal's "Link TikTok": its form, and what comes back. */
export function portalLinkForm({ handles }: Pick<Services, 'handles'>): readonly ComponentModule[] {
  return [
    {
      action: 'portal.link',
      access: 'everyone',
      answer: 'modal',
      run: async () => ({ kind: 'modal', modal: LINK_MODAL }),
    },
    {
      action: 'portal.link-now',
      access: 'everyone',
      answer: 'private',
      run: async (press, caller) =>
        press.isModalSubmit() && press.fields.fields.has('handle')
          ? linkHandle(handles, caller, press.fields.getTextInputValue('handle'))
          : refusal({ code: 'panel-outdated' }),
    },
  ];
}

const LINK_MODAL: APIModalInteractionResponseCallbackData = {
  custom_id: 'v1:portal.link-now',
  title: 'Link TikTok',
  components: [
    {
      type: 18,
      label: 'TikTok handle',
      description: '@name or the address of your profile',
      component: {
        type: 4,
        custom_id: 'handle',
        style: 1,
        required: true,
        min_length: 1,
        max_length: 100,
        placeholder: '@name',
      },
    },
  ],
};
