-- Why: a quota is opened by an order, by this file's predecessors or by an operator; which order it was must be seen.
ALTER TABLE ledgers ADD COLUMN act text;
UPDATE ledgers SET act = 'orders of the Minister of Labour, as reported by mgorod.kz on 30.12.2025 and tukib.kz';
