import { say, t, type Key } from '../../i18n/index.svelte';
import { number } from '../../i18n/format';
import { compassOf, nearest, type At, type Fixture, type Space } from '../../world/space';
import type { Cue, Who } from '../../world/messages';
import type { Presence } from '../../world/presence.svelte';

/** How somebody is called here: by the name they chose, an officer by what the hall vouches for. */
export const nameOf = (who: Who): string => who.name || (who.badge ? say(who.badge.title) : '') || t('world.here.nameless');

/** Where a fixture leads, or nothing when it is only to be read here; who is inside goes through a door to another space as they came: in 3D or by the page. */
export function leadsTo(space: Space, fixture: Fixture, view: '3d' | 'page' | null): string | null {
  if (!fixture.page) return null;
  const [path = '', hash] = fixture.page.split('#');
  if (path === `/spaces/${space.id}`) return null;
  return view && path.startsWith('/spaces/') && !path.includes('?') ? `${path}?view=${view}${hash ? `#${hash}` : ''}` : fixture.page;
}

/** Where I am, in a sentence. */
export function whereabouts(space: Space, at: At, yaw: number): string {
  const way = t(`world.me.${compassOf(yaw)}`);
  const found = nearest(space, at);
  if (!found || found.away > 15) return t('world.me.nowhere', { title: say(space.title), way });
  const title = say(found.fixture.title);
  return found.away < 1.5 ? t('world.me.at', { title, way }) : t('world.me.near', { title, n: number(found.away), way });
}

export function cueText(cue: Cue, presence: Presence): string {
  const space = presence.space;
  switch (cue.kind) {
    case 'here':
      return t('world.cue.here', { title: say(space.title), n: number(presence.count) });
    case 'arrived': {
      const fixture = space.fixtures.find((each) => each.id === cue.fixture);
      return fixture ? t('world.cue.arrived_at', { title: say(fixture.title) }) : t('world.cue.arrived');
    }
    case 'entered':
    case 'left':
      return t(`world.cue.${cue.kind}`, { name: nameOf(cue.who) });
    default:
      return t(`world.cue.${cue.kind}` as Key);
  }
}
