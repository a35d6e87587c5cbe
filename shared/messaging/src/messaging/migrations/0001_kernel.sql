-- Why: the kernel's own tables, the same in every service's database. What arrived (inbox, requests), what was
-- told (outbox, untold), what is due (due), what a person must look at (parked), who may write (ownership).

-- Ids of messages that were settled here: the same message changes nothing twice.
CREATE TABLE inbox (
  id uuid PRIMARY KEY,
  settled_at timestamptz NOT NULL DEFAULT now()
);

-- Answers given under an idempotency key, with the digest of what was asked.
CREATE TABLE requests (
  id uuid PRIMARY KEY,
  digest bytea NOT NULL,
  reply bytea NOT NULL,
  answered_at timestamptz NOT NULL DEFAULT now()
);

-- Everything this service ever told, in order for each subject. Written once, never changed.
CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL,
  topic text NOT NULL,
  subject uuid NOT NULL,
  body bytea NOT NULL,
  told_at timestamptz NOT NULL DEFAULT now()
);

-- The relay's list of outbox rows that the broker has not acknowledged yet: one row for each transaction that
-- told something, with the numbers of its outbox rows in order.
CREATE TABLE untold (
  batch bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  seqs bigint[] NOT NULL
);

-- Calls to make and times to come back at. A lease says who is at it and until when.
CREATE TABLE due (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('ask', 'remind')),
  target text NOT NULL,
  name text NOT NULL,
  subject uuid NOT NULL,
  body bytea NOT NULL,
  correlation_id text NOT NULL,
  causation_id text NOT NULL,
  traceparent text,
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  attempts_allowed integer NOT NULL,
  leased_by uuid,
  lease_until timestamptz,
  last_error text,
  made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX due_by_target ON due (kind, target, due_at);

-- Messages that could not be decided ('failed'), and later ones of the same family behind them ('waits').
CREATE TABLE parked (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id uuid NOT NULL,
  subject uuid,
  state text NOT NULL CHECK (state IN ('failed', 'waits')),
  edge text NOT NULL CHECK (edge IN ('event', 'answer', 'reminder', 'ask')),
  name text NOT NULL,
  body bytea NOT NULL,
  origin text NOT NULL,
  correlation_id text NOT NULL,
  causation_id text,
  traceparent text,
  said_at timestamptz NOT NULL,
  attempts integer NOT NULL,
  error text,
  traceback text,
  parked_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX parked_by_subject ON parked (subject, seq);

-- What people did about parked messages: who, why, and the body before and after.
CREATE TABLE parked_acts (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  parked_seq bigint NOT NULL,
  message_id uuid NOT NULL,
  subject uuid,
  act text NOT NULL CHECK (act IN ('mended', 'redriven', 'discarded')),
  by text NOT NULL,
  reason text,
  body_before bytea NOT NULL,
  body_after bytea,
  acted_at timestamptz NOT NULL DEFAULT now()
);

-- Which consumer may write for a partition: its epoch; whoever has an older one was replaced.
CREATE TABLE ownership (
  topic text NOT NULL,
  partition integer NOT NULL,
  epoch bigint NOT NULL,
  PRIMARY KEY (topic, partition)
);
