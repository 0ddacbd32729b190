export type Language = 'th' | 'en';

const kept = 'sala.language';

/** Thai unless the reader chose English, or the browser asks for English before Thai. */
export function firstLanguage(chosen: string | null, wanted: readonly string[]): Language {
  if (chosen === 'th' || chosen === 'en') return chosen;
  for (const tag of wanted) {
    if (tag.startsWith('th')) return 'th';
    if (tag.startsWith('en')) return 'en';
  }
  return 'th';
}

function recall(): string | null {
  try {
    return localStorage.getItem(kept);
  } catch {
    return null;
  }
}

class Current {
  current = $state<Language>(firstLanguage(recall(), navigator.languages ?? []));

  set(next: Language): void {
    this.current = next;
    document.documentElement.lang = next;
    try {
      localStorage.setItem(kept, next);
    } catch {
      // a closed store only means that the choice lasts for this visit
    }
  }
}

export const language = new Current();
