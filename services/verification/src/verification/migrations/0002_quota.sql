-- Why: who is counted into which quota, in people. The counts are kept beside the entries that explain them, and the
-- CHECK is the last guard against selling a place twice.

CREATE TABLE ledgers (
  year integer NOT NULL,
  region text NOT NULL CHECK (region ~ '^\d{2}0000000$'),
  category text NOT NULL CHECK (category IN ('resettler', 'kandas')),
  quota integer NOT NULL CHECK (quota >= 0),
  reserved integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  issued integer NOT NULL DEFAULT 0 CHECK (issued >= 0),
  families_waiting integer NOT NULL DEFAULT 0 CHECK (families_waiting >= 0),
  last_number integer NOT NULL DEFAULT 0,
  PRIMARY KEY (year, region, category),
  CONSTRAINT never_oversold CHECK (reserved + issued <= quota)
);

-- One claim of one family; its turn on the waiting list is (decided_at, application_id).
CREATE TABLE places (
  application_id uuid PRIMARY KEY,
  year integer NOT NULL,
  region text NOT NULL,
  category text NOT NULL,
  people integer NOT NULL CHECK (people > 0),
  state text NOT NULL CHECK (state IN ('waiting', 'reserved', 'issued', 'released')),
  decided_at timestamptz NOT NULL,
  submitted_on date NOT NULL,
  ready boolean NOT NULL,
  FOREIGN KEY (year, region, category) REFERENCES ledgers
);
CREATE INDEX places_waiting ON places (year, region, category, decided_at, application_id)
  WHERE state = 'waiting';

-- Double entry: people move from one account to another. The quota itself comes from an order.
CREATE TABLE quota_entries (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  year integer NOT NULL,
  region text NOT NULL,
  category text NOT NULL,
  application_id uuid,
  people integer NOT NULL CHECK (people > 0),
  source text NOT NULL CHECK (source IN ('order', 'free', 'reserved', 'issued')),
  target text NOT NULL CHECK (target IN ('free', 'reserved', 'issued')),
  at timestamptz NOT NULL,
  FOREIGN KEY (year, region, category) REFERENCES ledgers,
  CHECK (source <> target),
  CHECK ((source = 'order') = (application_id IS NULL))
);

CREATE TRIGGER quota_entries_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON quota_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One for a family, ever.
CREATE TABLE certificates (
  application_id uuid PRIMARY KEY,
  number text NOT NULL UNIQUE,
  cap_tenge bigint NOT NULL CHECK (cap_tenge > 0),
  people integer NOT NULL CHECK (people > 0),
  region text NOT NULL,
  category text NOT NULL,
  issued_on date NOT NULL,
  submitted_on date NOT NULL,
  jws text NOT NULL,
  state text NOT NULL CHECK (state IN ('issued', 'revoked'))
);

-- One for a certificate; the rest of the price is the family's mortgage.
CREATE TABLE payments (
  application_id uuid PRIMARY KEY REFERENCES certificates,
  certificate_number text NOT NULL UNIQUE,
  cadastral_number text NOT NULL,
  contract_number text NOT NULL,
  price_tenge bigint NOT NULL,
  amount_tenge bigint NOT NULL CHECK (amount_tenge > 0),
  authorised_at timestamptz NOT NULL,
  CHECK (amount_tenge <= price_tenge)
);
