/** How the state of a case looks beside its word. */
export const looks: Record<string, 'plain' | 'action' | 'attention' | 'harm' | 'done'> = {
  asked: 'action',
  opened: 'attention',
  withdrawn: 'plain',
  expired: 'plain',
  refused: 'harm',
  closed: 'done',
};
