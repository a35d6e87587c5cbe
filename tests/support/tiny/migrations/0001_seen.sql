-- What each family said, for the decider of support.probe.
CREATE TABLE seen (
    subject uuid PRIMARY KEY,
    said text[] NOT NULL
);
