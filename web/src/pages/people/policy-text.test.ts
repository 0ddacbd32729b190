import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { operationsOf, policiesOf, saysOf } from './policy-text';

const text = `// Who may. A semicolon; in a comment.
@id("one")
@th("หนึ่ง; สอง")
@en("One; \\"two\\"")
permit (principal, action, resource);

// Between.
@id("two")
forbid (principal, action == Action::"a;b", resource) unless { principal is Officer };
`;

it('cuts a set into its policies, whatever their texts hold', () => {
  const found = policiesOf(text);
  expect(found.map((each) => each.id)).toEqual(['one', 'two']);
  expect(saysOf(found[0]?.text ?? '', 'th')).toBe('หนึ่ง; สอง');
  expect(saysOf(found[0]?.text ?? '', 'en')).toBe('One; "two"');
  expect(found[1]?.text.startsWith('@id("two")')).toBe(true);
  expect(saysOf(found[1]?.text ?? '', 'en')).toBe('');
});

it('reads the policies of the demonstration: each has an id and says itself in both languages', () => {
  const cedar = readFileSync('../profiles/demo/policies/hall.cedar', 'utf8');
  const found = policiesOf(cedar);
  expect(found.length).toBe((cedar.match(/^@id\(/gm) ?? []).length);
  for (const { id, text: policy } of found) {
    expect(id).toMatch(/^[a-z-]+$/);
    expect(saysOf(policy, 'th'), id).not.toBe('');
    expect(saysOf(policy, 'en'), id).not.toBe('');
  }
});

it('lists operations, and not the groups of them', () => {
  const schema = `entity Hall;\naction "public";\naction "room people";\naction "get_act" in ["public"] appliesTo { principal: [Visitor], resource: [Hall] };\naction "list_acts" appliesTo { principal: [Visitor], resource: [Hall] };`;
  expect(operationsOf(schema)).toEqual(['get_act', 'list_acts']);
});
