/** Under which mandate this tab asks: the header `Sala-Behalf`, and the banner that says so on every page. */
export type Acting = { mandate: string; name: string; agent: string };

const kept = 'sala.acting';

function recall(): Acting | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(kept) ?? 'null') as Acting | null) ?? undefined;
  } catch {
    return undefined;
  }
}

class Actor {
  current = $state.raw<Acting | undefined>(recall());

  begin(acting: Acting): void {
    this.current = acting;
    this.#keep();
  }
  end(): void {
    this.current = undefined;
    this.#keep();
  }
  #keep(): void {
    try {
      if (this.current) sessionStorage.setItem(kept, JSON.stringify(this.current));
      else sessionStorage.removeItem(kept);
    } catch {
      // a closed store only means that a reload ends it
    }
  }
}

export const acting = new Actor();

/** What is always one's own: nobody signs in, keeps passkeys or gives mandates for another, and the hall would refuse it. */
const own =
  /^\/api\/v1\/(session|sessions|passkeys|personas|persona-cards|me|mandates|mandate-forms|organisations|recovery|officers|offices|holds|policies|purposes|credential-\w+|presentation-\w+)(\/|\?|$)/;

export const behalfFor = (url: string): string | undefined => (own.test(url) ? undefined : acting.current?.mandate);
