import { type ComponentModule, update } from '../../answer.ts';
import { idArgument } from '../../custom-id.ts';
import type { Services } from '../services.ts';
import { queueView } from './queue-view.ts';

export function queuePages(services: Pick<Services, 'queue'>): ComponentModule {
  return {
    action: 'queue.page',
    access: 'everyone',
    answer: 'update',
    run: async (_press, { guildId, userId }, [page]) =>
      update(await queueView(services, guildId, userId, idArgument(page) ?? 0)),
  };
}
