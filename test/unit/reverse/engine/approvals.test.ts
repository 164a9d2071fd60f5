import { expect, test } from 'vitest';
import { answerServerRequest } from '../../../../src/reverse/engine/approvals.ts';

const rules = ['npm test', 'ls'];

test.each([
  ["/bin/bash -lc 'npm test'", 'accept'],
  ['/bin/zsh -c ls', 'accept'],
  ['npm test', 'accept'],
  ["/bin/bash -lc 'npm test; rm -rf /'", 'decline'],
  ["/bin/bash -lc 'npm test' '; rm -rf /'", 'decline'],
  ['/bin/bash -lc "npm test"', 'decline'],
  ["/bin/bash -c ls; rm -rf '/'", 'decline'],
  ["bash -lc 'npm test'", 'decline'],
])('%s: %s', (command, decision) => {
  const request = { method: 'item/commandExecution/requestApproval', params: { command } };
  expect(answerServerRequest(request, rules)).toEqual({ decision });
});

test('files are changed only by a rule of their own, and what is unknown is not served', () => {
  const fileChange = { method: 'item/fileChange/requestApproval', params: {} };
  expect(answerServerRequest(fileChange, rules)).toEqual({ decision: 'decline' });
  expect(answerServerRequest(fileChange, ['file-changes'])).toEqual({ decision: 'accept' });
  expect(answerServerRequest({ method: 'attestation/generate', params: {} }, rules)).toBeUndefined();
});
