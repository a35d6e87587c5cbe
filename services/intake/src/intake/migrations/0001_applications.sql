-- Why: what the citizen said and how the case stands. Personal data (people, contacts, papers, homes) lies in tables
-- of its own, apart from states and timeline, so that retention and encryption have one place.

-- One row for a case: its state and the facts that name nobody. `number` is the officers' order of the list.
CREATE TABLE applications (
  application_id uuid PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  citizen text NOT NULL,
  category text NOT NULL CHECK (category IN ('resettler', 'kandas')),
  language text NOT NULL CHECK (language IN ('kk', 'ru', 'kk-Arab')),
  region_from text NOT NULL CHECK (region_from ~ '^[0-9]{9}$'),
  region_to text NOT NULL CHECK (region_to ~ '^[0-9]{9}$'),
  people integer NOT NULL CHECK (people > 0),
  consented_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  submitted_at timestamptz,
  state text NOT NULL CHECK (state IN ('draft', 'submitted', 'checking', 'waitlisted', 'place_reserved',
    'certificate_issued', 'payment_authorised', 'arrived', 'settling', 'settled', 'blocked', 'refused', 'withdrawn')),
  state_since timestamptz NOT NULL,
  facts jsonb NOT NULL,
  entries integer NOT NULL,
  CHECK (state IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL)
);
CREATE INDEX applications_by_state ON applications (state, number);
CREATE INDEX applications_by_region ON applications (region_to, number);

-- Personal data: the members of a family, in the order the citizen named them.
CREATE TABLE people (
  member_id uuid PRIMARY KEY,
  application_id uuid NOT NULL REFERENCES applications,
  place integer NOT NULL,
  kinship text NOT NULL,
  family_name text NOT NULL,
  given_name text NOT NULL,
  patronymic text,
  birth_date date NOT NULL,
  iin text CHECK (iin ~ '^[0-9]{12}$'),
  able_to_work boolean NOT NULL,
  diploma_number text,
  skill text,
  UNIQUE (application_id, place)
);
CREATE UNIQUE INDEX people_one_applicant ON people (application_id) WHERE kinship = 'applicant';
CREATE INDEX people_applicants ON people (iin) WHERE kinship = 'applicant';

-- Personal data: where the family is reached.
CREATE TABLE contacts (
  application_id uuid PRIMARY KEY REFERENCES applications,
  email text NOT NULL,
  phone text NOT NULL
);

-- Personal data: uploaded papers; the file itself lies in the store under its SHA-256.
CREATE TABLE papers (
  application_id uuid NOT NULL REFERENCES applications,
  member_id uuid NOT NULL REFERENCES people,
  kind text NOT NULL,
  paper_id uuid NOT NULL,
  number text,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  media_type text NOT NULL,
  size_bytes integer NOT NULL CHECK (size_bytes > 0),
  PRIMARY KEY (application_id, member_id, kind)
);

-- Personal data: homes that the family chose, each told once; the last one counts.
CREATE TABLE homes (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  application_id uuid NOT NULL REFERENCES applications,
  cadastral_number text NOT NULL,
  price_tenge bigint NOT NULL CHECK (price_tenge >= 0),
  kato text NOT NULL,
  contract_number text NOT NULL
);
CREATE INDEX homes_by_application ON homes (application_id);

-- What happened, in codes that the words files turn into sentences. Never changed.
CREATE TABLE timeline (
  application_id uuid NOT NULL REFERENCES applications,
  number integer NOT NULL,
  at timestamptz NOT NULL,
  code text NOT NULL,
  args jsonb NOT NULL,
  PRIMARY KEY (application_id, number)
);
