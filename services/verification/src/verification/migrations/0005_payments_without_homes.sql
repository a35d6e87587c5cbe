-- Why: the other half of the migration before, apart from it because such a half waits until no process of the version
-- before runs. This one need not wait: no version that writes these columns was ever released.

-- squawk-ignore ban-drop-column
ALTER TABLE payments DROP COLUMN cadastral_number, DROP COLUMN contract_number;
