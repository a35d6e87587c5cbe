-- Why: what people were told. States lie in `messages`; whom we write to and what was written lie apart, because they
-- are personal data: retention and encryption have one place.

-- One row for a message on one channel: its state, no text, no address. `place` is its order within the family.
CREATE TABLE messages (
  message_id uuid PRIMARY KEY,
  application_id uuid NOT NULL,
  place integer NOT NULL,
  channel text NOT NULL CHECK (channel IN ('email', 'sms')),
  about text NOT NULL,
  state text NOT NULL CHECK (state IN ('created', 'sending', 'sent', 'unconfirmed', 'failed', 'delivered')),
  cause text,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  CHECK (state <> 'failed' OR cause IS NOT NULL),
  UNIQUE (application_id, place)
);

-- The career centre's tasks: contact this family by this day.
CREATE TABLE contact_tasks (
  task_id uuid PRIMARY KEY,
  application_id uuid NOT NULL UNIQUE,
  region text NOT NULL CHECK (region ~ '^[0-9]{9}$'),
  due_on date NOT NULL,
  requested_at timestamptz NOT NULL
);
CREATE INDEX contact_tasks_by_region ON contact_tasks (region, due_on);

-- Personal data: whom we write to.
CREATE TABLE recipients (
  application_id uuid PRIMARY KEY,
  family_name text NOT NULL,
  given_name text NOT NULL,
  patronymic text,
  email text NOT NULL,
  phone text NOT NULL,
  language text NOT NULL CHECK (language IN ('kk', 'ru', 'kk-Arab')),
  region text NOT NULL CHECK (region ~ '^[0-9]{9}$')
);

-- Personal data: what was written, and to which address. Never changed.
CREATE TABLE letters (
  message_id uuid PRIMARY KEY REFERENCES messages,
  recipient text NOT NULL,
  language text NOT NULL CHECK (language IN ('kk', 'ru', 'kk-Arab')),
  subject text NOT NULL,
  text text NOT NULL,
  html text NOT NULL
);

-- Possibly personal: events that came before the application they are about.
CREATE TABLE held_news (
  message_id uuid PRIMARY KEY,
  application_id uuid NOT NULL,
  type text NOT NULL,
  body jsonb NOT NULL,
  said_at timestamptz NOT NULL
);
CREATE INDEX held_news_by_application ON held_news (application_id);
