-- Why: what is true of each family. States are apart from personal data (families, evidence), so that retention
-- and encryption have one place.

CREATE TABLE cases (
  application_id uuid PRIMARY KEY,
  stage text NOT NULL CHECK (stage IN ('expected', 'checking', 'blocked', 'refused', 'eligible', 'withdrawn')),
  questionnaire boolean NOT NULL,
  category text,
  region_from text,
  region_to text,
  submitted_on date,
  consented_at timestamptz,
  CHECK (num_nonnulls(category, region_from, region_to, submitted_on, consented_at) IN (0, 5))
);

-- Personal data: members and papers as the family stated them. Written once.
CREATE TABLE families (
  application_id uuid PRIMARY KEY,
  body jsonb NOT NULL
);

-- One question to one register about one member. `reason` is kept whole: old decisions keep their words.
CREATE TABLE checks (
  application_id uuid NOT NULL,
  register text NOT NULL CHECK (register IN ('persons', 'education', 'labour')),
  member_id uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('asked', 'silent', 'confirmed', 'contradicted')),
  cause text,
  times integer NOT NULL CHECK (times >= 0),
  since timestamptz,
  reason jsonb,
  job_seeker boolean NOT NULL,
  skill_wanted boolean NOT NULL,
  PRIMARY KEY (application_id, register, member_id),
  CHECK ((state = 'contradicted') = (reason IS NOT NULL))
);

-- Personal data: every reply of a register as it came, signature and all. Nobody changes it.
CREATE TABLE evidence (
  message_id uuid NOT NULL,
  number integer NOT NULL,
  application_id uuid NOT NULL,
  service_id text NOT NULL,
  request_id text NOT NULL,
  received_at timestamptz NOT NULL,
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  body bytea NOT NULL,
  PRIMARY KEY (message_id, number)
);
CREATE INDEX evidence_by_family ON evidence (application_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP;
END
$$;

CREATE TRIGGER evidence_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
