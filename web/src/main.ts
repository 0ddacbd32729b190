import { mount } from 'svelte';
import App from './App.svelte';
import { here } from './api/session.svelte';
import { language, speak } from './i18n/index.svelte';
import { place } from './router.svelte';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';

place.start();
void here.load();
await speak(language.current);

const target = document.getElementById('app');
if (target) {
  target.replaceChildren();
  mount(App, { target });
}
