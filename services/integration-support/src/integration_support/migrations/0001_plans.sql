-- Why: the plans of families that have moved, their referrals and what became of them. No names and no IINs come here;
-- what a provider wrote in its own words may name somebody and lies in a table of its own.

-- One row for a family's plan.
CREATE TABLE plans (
  application_id uuid PRIMARY KEY,
  plan_id uuid NOT NULL UNIQUE,
  category text NOT NULL CHECK (category IN ('resettler', 'kandas')),
  language text NOT NULL CHECK (language IN ('kk', 'ru', 'kk-Arab')),
  people integer NOT NULL CHECK (people > 0),
  region text NOT NULL CHECK (region ~ '^[0-9]{9}$'),
  opened_on date NOT NULL,
  not_applicable jsonb NOT NULL
);

-- One row for each service that a family was sent to.
CREATE TABLE referrals (
  referral_id uuid PRIMARY KEY,
  application_id uuid NOT NULL REFERENCES plans,
  service_no integer NOT NULL CHECK (service_no > 0),
  provider text NOT NULL,
  due_on date NOT NULL,
  state text NOT NULL CHECK (state IN ('sent', 'accepted', 'declined', 'done')),
  overdue_times integer NOT NULL CHECK (overdue_times >= 0),
  UNIQUE (application_id, service_no)
);

-- Possibly personal: why a provider declined, in its own words.
CREATE TABLE provider_words (
  referral_id uuid PRIMARY KEY REFERENCES referrals,
  because text NOT NULL
);
