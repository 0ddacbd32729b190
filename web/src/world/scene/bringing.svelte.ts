/** How far the model of a space is: a share of its bytes, or that it could not be brought. One picture is drawn at a time. */
export const bringing = $state<{ share: number | null; failed: boolean }>({ share: null, failed: false });
