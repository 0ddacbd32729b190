import { mount } from 'svelte';
import App from './App.svelte';
import { get } from './api/client';
import { here } from './api/session.svelte';
import type { HallFacts } from './api/types';
import { hall_clock } from './i18n/hall-clock.svelte';
import { language, speak } from './i18n/index.svelte';
import { place } from './router.svelte';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';

place.start();
void here.load();
// without an answer the clock stays Thailand's
get<HallFacts>('/hall').then(
  (hall) => (hall_clock.zone = hall.time_zone),
  () => undefined,
);
await speak(language.current);

const target = document.getElementById('app');
if (target) {
  target.replaceChildren();
  mount(App, { target });
}
