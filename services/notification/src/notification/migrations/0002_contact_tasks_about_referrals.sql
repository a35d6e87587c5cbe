-- Why: when a provider stays late though it was reminded, the career centre has to step in: a family may have several
-- contact tasks, one after its verification and one for each such referral.

ALTER TABLE contact_tasks ADD COLUMN referral_id uuid, ADD COLUMN service_no integer;
-- The version before asks only whether a family has a task at all, so it may go on while this is applied.
-- squawk-ignore ban-drop-constraint
ALTER TABLE contact_tasks DROP CONSTRAINT contact_tasks_application_id_key;
CREATE UNIQUE INDEX contact_tasks_one_of_a_kind ON contact_tasks (application_id, referral_id) NULLS NOT DISTINCT;
