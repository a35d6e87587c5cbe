-- Why: what a service has told, and what people did about parked messages, is evidence: nobody with the service's
-- rights rewrites it. (Old rows of the outbox are still deleted, once told: see docs/keeping.md.)
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is never rewritten: % refused', TG_TABLE_NAME, TG_OP;
END
$$;

CREATE TRIGGER outbox_is_never_rewritten BEFORE UPDATE OR TRUNCATE ON outbox
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE TRIGGER parked_acts_are_never_rewritten BEFORE UPDATE OR DELETE OR TRUNCATE ON parked_acts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
