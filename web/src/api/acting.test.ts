import { afterEach, expect, it } from 'vitest';
import { acting, behalfFor } from './acting.svelte';

afterEach(() => acting.end());

it('names the mandate with what may be done for another, and with nothing else', () => {
  expect(behalfFor('/api/v1/cases')).toBeUndefined();
  acting.begin({ mandate: 'mandate_1', name: 'ก', agent: 'persona_1' });
  expect(behalfFor('/api/v1/cases')).toBe('mandate_1');
  for (const path of ['session', 'sessions/session_1', 'passkeys', 'personas/persona_1/use', 'me/data', 'me', 'mandates?side=given', 'recovery', 'credential-offers', 'presentation-requests/1'])
    expect(behalfFor(`/api/v1/${path}`), path).toBeUndefined();
  expect(behalfFor('/api/v1/measures')).toBe('mandate_1');
});

it('lasts in the tab until it is ended', () => {
  acting.begin({ mandate: 'mandate_1', name: 'ก', agent: 'persona_1' });
  expect(JSON.parse(sessionStorage.getItem('sala.acting') ?? '{}')).toMatchObject({ mandate: 'mandate_1' });
  acting.end();
  expect(sessionStorage.getItem('sala.acting')).toBeNull();
});
