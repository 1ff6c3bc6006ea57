/** Version of the privacy policy in force: the day of its last change. */
export const POLICY_VERSION = '2026-02-12';
